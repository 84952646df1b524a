import type { Config } from '#config';
import { ACCESS_REASON } from '#auth';
import { PERMISSIONS } from '#contracts';
import { LINE } from '#fields';
import * as problems from '#problems';
import { MAX_TAGS, TAGS } from './answer.interceptor.js';

/** Problems that every operation may answer, by status, and how the document names them. */
const KINDS = [
  problems.Invalid,
  problems.Unauthorized,
  problems.Forbidden,
  problems.NotFound,
  problems.NotAcceptable,
  problems.Conflict,
  problems.Stale,
  problems.BodyTooLarge,
  problems.UrlTooLong,
  problems.UnsupportedMediaType,
  problems.IdempotencyKeyReused,
  problems.IfMatchRequired,
  problems.AccessReasonRequired,
  problems.TooManyRequests,
  problems.Internal,
  problems.Unavailable,
];

const text = (maxLength: number, description: string, example: string) => ({
  type: 'string',
  maxLength,
  pattern: LINE,
  description,
  examples: [example],
});

const seconds = (description: string) => ({
  description,
  schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 86_400 },
  example: 17,
});

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string', maxLength: 2_000, pattern: LINE },
  example,
});

export const HEADERS: Record<string, object> = {
  'RateLimit-Policy': header('限额 / The limit (draft-ietf-httpapi-ratelimit-headers)', '"app";q=1200;w=60'),
  RateLimit: header('剩余次数 / What is left of it', '"app";r=1199;t=60'),
  'Retry-After': seconds('多少秒后重试 / Seconds to wait'),
  'X-Request-Id': header('请求编号 / Id of the request', '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f'),
  ETag: header('版本，用于 If-Match / Version, for If-Match', '"3"'),
  Location: header(
    '新建资源的地址 / Address of what was created',
    '/safety/v1/late-passes/0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f',
  ),
  Link: header('下一页 / The next page (RFC 8288)', '</safety/v1/late-passes?cursor=eyJzIjoiIn0>; rel="next"'),
  Deprecation: header('弃用的时间（RFC 9745） / When it was deprecated (RFC 9745)', '@1798761600'),
  Sunset: header('停用的时间（RFC 8594） / When it may be gone (RFC 8594)', 'Wed, 30 Jun 2027 00:00:00 GMT'),
  'Idempotent-Replayed': header('true 表示返回的是首次结果 / true when this is the first answer again', 'true'),
};

/** `{ RateLimit: { $ref }, … }` */
export function headerRefs(...names: string[]): Record<string, { $ref: string }> {
  const all = ['RateLimit-Policy', 'RateLimit', 'X-Request-Id', ...names];
  return Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

export function problemRef(status: ProblemStatus): { $ref: string } {
  return { $ref: `#/components/responses/Problem${status}` };
}

/** The second meaning of 428. */
export const REASON = '428Reason';

export type ProblemStatus = number | typeof REASON;

/** An operation that an example is about. */
export interface ProblemExample {
  path: string;
  permission: string | undefined;
  /** A field of its body that is required. */
  field: string | undefined;
  /** What is asked for, if it is there. */
  what: string;
}

/** A response per status, with an example about an operation that gives it. */
export function problemResponses(
  origin: string,
  about: (status: ProblemStatus) => ProblemExample,
): Record<string, object> {
  const one = (status: ProblemStatus): object => {
    const { path, permission, field, what } = about(status);
    return {
      instance: path,
      ...(status === 403 && { permission }),
      ...(status === 404 && { what }),
      ...(status === 400 && { errors: [{ pointer: field ? `#/${field}` : '#', detail: 'is required' }] }),
    };
  };
  return Object.fromEntries(
    KINDS.map(({ kind }) => {
      const status = kind === problems.AccessReasonRequired.kind ? REASON : kind.status;
      return [
        `Problem${status}`,
        {
          description: `${kind.zh} / ${kind.en}`,
          headers: headerRefs(...(kind.status === 429 || kind.status === 503 ? ['Retry-After'] : [])),
          content: {
            'application/problem+json': {
              schema: { $ref: '#/components/schemas/Problem' },
              example: {
                type: `${origin}/docs/problems#${kind.code}`,
                title: kind.en,
                status: kind.status,
                detail: kind.en,
                code: kind.code,
                traceId: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f',
                ...one(status),
              },
            },
          },
        },
      ];
    }),
  );
}

export const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457 problem details',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'traceId'],
  properties: {
    type: {
      ...text(
        500,
        '问题说明页 / Page about this kind of problem',
        'https://one.example.edu.cn/docs/problems#http/invalid',
      ),
      format: 'uri',
    },
    title: text(500, '问题类别 / Kind of problem', 'The request is not valid; see errors'),
    status: {
      type: 'integer',
      format: 'int32',
      minimum: 400,
      maximum: 599,
      description: 'HTTP 状态码 / HTTP status code',
      examples: [400],
    },
    detail: text(2_000, '具体说明 / This occurrence', 'The request is not valid; see errors'),
    instance: text(8_192, '请求路径 / Path of the request', '/safety/v1/late-passes'),
    code: text(100, '稳定的代码 / Stable code', 'http/invalid'),
    traceId: text(64, '请求编号 / Id of the request', '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f'),
    permission: text(100, '403：缺少的权限 / 403: the permission that is missing', 'safety:device:write'),
    scope: {
      type: 'string',
      enum: ['school'],
      description: '403：该权限须覆盖全校 / 403: the permission must reach the whole school',
      examples: ['school'],
    },
    what: text(100, '404：未找到的是什么 / 404: what was not found; `route` = no such address', 'warning'),
    errors: {
      type: 'array',
      description: '逐项错误 / What is wrong, part by part',
      examples: [[{ pointer: '#/reason', detail: 'is required' }]],
      maxItems: 100,
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: text(
            2_000,
            'JSON 指针、?查询参数、:路径参数或请求头 / JSON pointer, ?query, :path or header',
            '#/place',
          ),
          detail: text(2_000, '错在哪里 / What is wrong', 'is required'),
          code: text(100, '稳定的代码 / Stable code', 'unknown-code'),
          line: {
            type: 'integer',
            format: 'int32',
            minimum: 1,
            maximum: 2_147_483_647,
            description: '文件中的行号，从 1 起 / Line of the file, from 1',
            examples: [17],
          },
        },
      },
    },
  },
};

export const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    '重试同一请求时携带同一键：只生效一次，返回首次结果；保留至少 24 小时 / The same key on a retry: one effect, the same answer; ' +
    'kept for at least 24 h (draft-ietf-httpapi-idempotency-key-header-07)',
  schema: { type: 'string', minLength: 1, maxLength: 257, pattern: '^[\\x21-\\x7e]+$' },
  example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
};

export const REASON_HEADER = {
  name: ACCESS_REASON,
  in: 'header',
  required: true,
  description:
    '查看事由，百分号编码的 UTF-8，2–500 字，记入审计 / Why the data is read: percent-encoded UTF-8, 2 to 500 characters; kept in the audit',
  schema: { type: 'string', minLength: 2, maxLength: 6_000, pattern: '^[\\x20-\\x7e]+$' },
  example: '%E5%8D%B1%E6%9C%BA%E5%B9%B2%E9%A2%84',
};

export const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: '已有的 ETag；未变化时返回 304 / ETag the caller has; 304 when it still holds',
  schema: { type: 'string', maxLength: MAX_TAGS, pattern: TAGS.source },
  example: '"3"',
};

export function oauth2(config: Config): object {
  const scopes = Object.fromEntries(
    Object.entries(PERMISSIONS).map(([name, label]) => [name, `${label.zh} / ${label.en}`]),
  );
  const tokenUrl = `${config.issuer}/token`;
  return {
    type: 'oauth2',
    description:
      'RFC 6749, PKCE (RFC 7636), JWT access tokens (RFC9068, best practices of RFC8725) of ten minutes at most',
    flows: {
      clientCredentials: { tokenUrl, scopes },
      authorizationCode: { authorizationUrl: `${config.issuer}/auth`, tokenUrl, refreshUrl: tokenUrl, scopes },
    },
  };
}
