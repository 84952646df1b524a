import { defineProblem } from '#problems';

export const ClientIdTaken = defineProblem({
  code: 'directory/client-id-taken',
  status: 409,
  zh: '该 clientId 已被使用',
  en: 'The clientId is taken',
});

export const ClientInactive = defineProblem({
  code: 'directory/client-inactive',
  status: 409,
  zh: '该应用已停用',
  en: 'The client is deactivated',
});

export const ClientUsesKeys = defineProblem({
  code: 'directory/client-uses-keys',
  status: 409,
  zh: '该应用以密钥对认证（private_key_jwt）或为公开客户端，没有应用密钥',
  en: 'The client authenticates with a key pair (private_key_jwt) or is public, and has no secrets',
});

export const TooManySecrets = defineProblem({
  code: 'directory/too-many-secrets',
  status: 409,
  zh: '最多同时保留两个应用密钥，请先废止旧密钥',
  en: 'At most two secrets are kept; retire the old one first',
});

export const ClientUsesNoKeys = defineProblem({
  code: 'directory/client-uses-no-keys',
  status: 409,
  zh: '该应用以应用密钥认证或为公开客户端，没有公钥',
  en: 'The client authenticates with a secret or is public, and has no keys',
});

export const TooManyKeys = defineProblem({
  code: 'directory/too-many-keys',
  status: 409,
  zh: '最多同时登记两个公钥，请先废止旧公钥',
  en: 'At most two keys are registered; retire the old one first',
});

export const LastKey = defineProblem({
  code: 'directory/last-key',
  status: 409,
  zh: '这是该应用唯一的公钥，请先登记新公钥，或停用该应用',
  en: 'This is the only key; register a new one first, or deactivate the client',
});

export const KeyIdTaken = defineProblem({
  code: 'directory/key-id-taken',
  status: 409,
  zh: '该应用已登记此公钥，或已有公钥使用这一 kid',
  en: 'The client has this key already, or another one with this kid',
});

export const LastSecret = defineProblem({
  code: 'directory/last-secret',
  status: 409,
  zh: '这是该应用唯一的密钥，请先生成新密钥，或停用该应用',
  en: 'This is the only secret; make a new one first, or deactivate the client',
});

export const RedirectUriNeeded = defineProblem({
  code: 'directory/redirect-uri-needed',
  status: 400,
  zh: '授权码方式需要至少一个回调地址',
  en: 'The authorization_code grant needs a redirect URI',
});

export const RedirectUriRefused = defineProblem({
  code: 'directory/redirect-uri-refused',
  status: 400,
  zh: '回调地址应为 https 地址，或本机（127.0.0.1、[::1]、localhost）的 http 地址，且不含 # 片段与用户信息',
  en: 'A redirect URI is https, or http of the loopback host, without fragment and user information',
});

export const OriginRefused = defineProblem({
  code: 'directory/origin-refused',
  status: 400,
  zh: '来源应形如 https://app.example.edu.cn（可带端口，不含路径），或本机的 http 来源，且与浏览器发送的 Origin 完全一致',
  en: 'An origin looks like https://app.example.edu.cn (with a port if need be, without a path), or is an http origin of the loopback host, exactly as browsers send it',
});

export const PublicClientRefused = defineProblem({
  code: 'directory/public-client-refused',
  status: 400,
  zh: '公开客户端只能代表登录的人员（authorization_code、refresh_token），且没有公钥',
  en: 'A public client acts for people only (authorization_code, refresh_token) and has no public key',
});

export const RefreshWithoutCode = defineProblem({
  code: 'directory/refresh-without-code',
  status: 400,
  zh: 'refresh_token 须与 authorization_code 一起开通',
  en: 'The refresh_token grant goes with authorization_code',
});

export const KeyRefused = defineProblem({
  code: 'directory/key-refused',
  status: 400,
  zh: '应为 ES256（P-256）或 EdDSA（Ed25519）的公钥 JWK，不得含私钥；kid 如填写，为不超过 100 个字母、数字、“-”“_”“.”',
  en: 'Expected the public JWK of an ES256 (P-256) or EdDSA (Ed25519) key, without private parts; a kid, if given, of at most 100 letters, digits, "-", "_" and "."',
});
