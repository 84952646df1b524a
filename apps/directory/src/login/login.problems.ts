import { defineProblem } from '#http';

export const SsoNotConfigured = defineProblem({
  code: 'directory/sso-not-configured',
  status: 501,
  zh: '尚未接入校园统一身份认证，无法登录',
  en: 'Campus single sign-on is not configured; nobody can sign in',
});

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

export const RotatedTooRecently = defineProblem({
  code: 'directory/rotated-too-recently',
  status: 409,
  zh: '十分钟内已轮换过签名密钥；下一把密钥须先被各方获知',
  en: 'The signing keys were rotated within the last ten minutes; the next key must be known to everybody first',
});
