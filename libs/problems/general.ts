import { defineProblem } from './problem.js';

export const Invalid = defineProblem({
  code: 'http/invalid',
  status: 400,
  zh: '请求内容不符合要求，详见 errors',
  en: 'The request is not valid; see errors',
});
export const MalformedJson = defineProblem({
  code: 'http/malformed-json',
  status: 400,
  zh: '请求体不是合法的 JSON',
  en: 'The body is not well-formed JSON',
});
export const BadRequest = defineProblem({
  code: 'http/bad-request',
  status: 400,
  zh: '无法理解该请求',
  en: 'The request cannot be understood',
});
export const Unauthorized = defineProblem({
  code: 'http/unauthorized',
  status: 401,
  zh: '需要有效的访问令牌',
  en: 'A valid access token is required',
});
/** The header says what to ask the issuer for (RFC 9470). */
export const SecondFactorRequired = defineProblem({
  code: 'http/second-factor-required',
  status: 401,
  zh: '查看此类数据须在 {minutes} 分钟内以双因素登录：请按 WWW-Authenticate 中的 acr_values 与 max_age 让本人重新登录',
  en: 'Reading this data needs a sign-in with two factors within the last {minutes} minutes: have the person sign in again with the acr_values and max_age of WWW-Authenticate',
});
export const Forbidden = defineProblem({
  code: 'http/forbidden',
  status: 403,
  zh: '没有执行该操作的权限',
  en: 'The permission for this operation is missing',
});
/** Thrown by use cases for what is unknown and for what is outside the actor's scope alike. */
export const NotFound = defineProblem({ code: 'http/not-found', status: 404, zh: '未找到', en: 'Not found' });
export const MethodNotAllowed = defineProblem({
  code: 'http/method-not-allowed',
  status: 405,
  zh: '该地址不支持此方法',
  en: 'This address does not support the method',
});
export const NotAcceptable = defineProblem({
  code: 'http/not-acceptable',
  status: 406,
  zh: '无法按 Accept 要求的格式返回',
  en: 'No representation fits the Accept header',
});
export const RequestTimeout = defineProblem({
  code: 'http/request-timeout',
  status: 408,
  zh: '请求发送过慢，已超时',
  en: 'The request arrived too slowly',
});
export const Conflict = defineProblem({
  code: 'http/conflict',
  status: 409,
  zh: '与已有数据冲突',
  en: 'The request is in conflict with existing data',
});
export const IdempotencyInProgress = defineProblem({
  code: 'http/idempotency-in-progress',
  status: 409,
  zh: '使用同一 Idempotency-Key 的请求仍在处理中，请稍后重试',
  en: 'A request with the same Idempotency-Key is still being processed; try again shortly',
});
/** The key was lost, or the answer was stored before answers were sealed. */
export const IdempotencyAnswerLost = defineProblem({
  code: 'http/idempotency-answer-lost',
  status: 409,
  zh: '使用该 Idempotency-Key 的请求已经生效，但其结果无法再次返回；请直接读取该资源',
  en: 'The request with this Idempotency-Key has taken effect, but its answer cannot be given again; read the resource',
});
export const Stale = defineProblem({
  code: 'http/stale',
  status: 412,
  zh: '数据已被他人修改，请重新读取后再试',
  en: 'The data was changed by somebody else; read it again',
});
export const BodyTooLarge = defineProblem({
  code: 'http/body-too-large',
  status: 413,
  zh: '请求体过大',
  en: 'The body is too large',
});
export const UrlTooLong = defineProblem({
  code: 'http/url-too-long',
  status: 414,
  zh: '请求地址过长',
  en: 'The address is too long',
});
export const UnsupportedMediaType = defineProblem({
  code: 'http/unsupported-media-type',
  status: 415,
  zh: '不支持该内容类型',
  en: 'The content type is not supported',
});
/** A batch of which no row could be taken, with the rows: nothing was stored, and its keys are free. */
export const AllRowsRefused = defineProblem({
  code: 'http/all-rows-refused',
  status: 422,
  zh: '没有一行可以收下，详见 errors；更正后可用同一批次键重发',
  en: 'No row could be taken; see errors. Correct them and send the batch again under the same key',
});
export const IdempotencyKeyReused = defineProblem({
  code: 'http/idempotency-key-reused',
  status: 422,
  zh: '该 Idempotency-Key 已用于内容不同的请求',
  en: 'The Idempotency-Key was used for a different request',
});
export const IfMatchRequired = defineProblem({
  code: 'http/if-match-required',
  status: 428,
  zh: '需要 If-Match 请求头（取自 ETag）',
  en: 'The If-Match header (from the ETag) is required',
});
export const AccessReasonRequired = defineProblem({
  code: 'http/access-reason-required',
  status: 428,
  zh: '查看此类数据须说明事由：请在 Access-Reason 请求头中填写（UTF-8 百分号编码，2–500 字），事由会记入审计',
  en: 'Reading this data needs a reason: give it in the Access-Reason header (percent-encoded UTF-8, 2 to 500 characters); it is kept in the audit',
});
export const TooManyRequests = defineProblem({
  code: 'http/too-many-requests',
  status: 429,
  zh: '请求过于频繁，请稍后重试',
  en: 'Too many requests; try again later',
});
export const HeadersTooLarge = defineProblem({
  code: 'http/headers-too-large',
  status: 431,
  zh: '请求头过大',
  en: 'The request headers are too large',
});
export const Internal = defineProblem({
  code: 'http/internal',
  status: 500,
  zh: '服务器内部错误',
  en: 'Internal server error',
});
export const NotImplemented = defineProblem({
  code: 'http/not-implemented',
  status: 501,
  zh: '未实现该方法',
  en: 'The method is not implemented',
});
/** More requests are under way than can be answered in time. */
export const Overloaded = defineProblem({
  code: 'http/overloaded',
  status: 503,
  zh: '当前请求过多，请按 Retry-After 稍后重试',
  en: 'Too many requests are under way; try again after Retry-After',
});
export const Unavailable = defineProblem({
  code: 'http/unavailable',
  status: 503,
  zh: '服务暂时不可用，请稍后重试',
  en: 'The service is temporarily unavailable; try again later',
});
