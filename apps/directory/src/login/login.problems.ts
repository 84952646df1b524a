import { defineProblem, type Problem } from '#problems';

/** The problem, with what it comes from: for the log, never for the answer. */
export function because<P extends Problem>(problem: P, cause: unknown): P {
  problem.cause = cause;
  return problem;
}

export const LoginExpired = defineProblem({
  code: 'directory/login-expired',
  status: 400,
  zh: '本次登录已过期或不是在此浏览器中发起，请回到应用重新开始',
  en: 'This login has expired or was begun in another browser; start again from the app',
});

export const UnknownPersona = defineProblem({
  code: 'directory/unknown-persona',
  status: 400,
  zh: '没有这个演示人物；可选：{names}',
  en: 'There is no such demo persona; choose one of: {names}',
});

export const SsoRefused = defineProblem({
  code: 'directory/sso-refused',
  status: 403,
  zh: '统一身份认证未确认您的身份，请回到应用重新登录；若仍如此，请联系信息化部门',
  en: 'Campus single sign-on did not confirm who you are; sign in again from the app, and if that does not help ask the IT department',
});

export const SsoUnavailable = defineProblem({
  code: 'directory/sso-unavailable',
  status: 503,
  zh: '统一身份认证暂时无法访问，请稍后回到应用重新登录',
  en: 'Campus single sign-on cannot be reached right now; sign in again from the app a little later',
});

export const NotInRoster = defineProblem({
  code: 'directory/not-in-roster',
  status: 403,
  zh: '您的身份已经确认，但名册中没有与您的学号或工号对应的在校人员，请联系信息化部门',
  en: 'It is known who you are, but the roster has nobody active with your number; ask the IT department',
});

export const PasswordRefused = defineProblem({
  code: 'directory/password-refused',
  status: 403,
  zh: '账号或密码不正确，请核对后重试；若仍如此，请联系信息化部门',
  en: 'The name or the password is not right; try again, and if that does not help ask the IT department',
});

export const TooManyAttempts = defineProblem({
  code: 'directory/too-many-attempts',
  status: 429,
  zh: '登录尝试过多，请在 {seconds} 秒后重试',
  en: 'Too many attempts to sign in; try again in {seconds} seconds',
});

export const AccountsUnavailable = defineProblem({
  code: 'directory/accounts-unavailable',
  status: 503,
  zh: '学校的账号目录暂时无法访问，请稍后重试',
  en: "The school's directory of accounts cannot be reached right now; try again a little later",
});

export const MessengerRefused = defineProblem({
  code: 'directory/messenger-refused',
  status: 403,
  zh: '企业微信或钉钉未确认您是本校成员，请回到应用重新登录；若仍如此，请联系信息化部门',
  en: 'WeCom or DingTalk did not confirm that you are a member of the school; sign in again from the app, and if that does not help ask the IT department',
});

export const MessengerUnavailable = defineProblem({
  code: 'directory/messenger-unavailable',
  status: 503,
  zh: '企业微信或钉钉暂时无法访问，请稍后回到应用重新登录',
  en: 'WeCom or DingTalk cannot be reached right now; sign in again from the app a little later',
});

export const CannotAskAnew = defineProblem({
  code: 'directory/cannot-ask-anew',
  status: 403,
  zh: '应用要求您重新确认身份，而学校现有的登录方式都做不到，请联系信息化部门',
  en: 'The app wants you to confirm anew who you are, and none of the ways to sign in here can do that; ask the IT department',
});

export const PersonNeeded = defineProblem({
  code: 'directory/person-needed',
  status: 403,
  zh: '这是本人的事项：应用须代表登录的人员调用',
  en: 'This is a matter of a person: the app must ask in the name of somebody who has signed in',
});

export const SignInCodeRefused = defineProblem({
  code: 'directory/sign-in-code-refused',
  status: 403,
  zh: '登录码无效、已用过或已过期。请返回上一页核对后重试，或在服务器上用 npm run admin:first 重新生成（须与服务器使用同一个 SECRET_KEY_FILE）',
  en: 'The sign-in code is wrong, used or expired. Go back and try again, or make a new one on the server with npm run admin:first (with the SECRET_KEY_FILE of the server)',
});

export const RotatedTooRecently = defineProblem({
  code: 'directory/rotated-too-recently',
  status: 409,
  zh: '十分钟内已轮换过签名密钥；下一把密钥须先被各方获知',
  en: 'The signing keys were rotated within the last ten minutes; the next key must be known to everybody first',
});
