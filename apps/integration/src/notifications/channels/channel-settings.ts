import { Int, OneOf, Text } from '#fields';
import type { OuterChannel } from '../message.entity.js';

const EMAIL = /^[^\s@<>"]{1,64}@[^\s@<>"]{1,190}$/;
const ORIGIN = /^https?:\/\/[^\s/?#@]+$/;

/** A mail server of the school. The secret is the password. */
export class EmailSettings {
  @Text({ zh: '服务器', en: 'Host', pattern: /^[a-z0-9.:-]+$/i, example: 'smtp.example.edu.cn' })
  host: string;

  @Int({ zh: '端口', en: 'Port', min: 1, max: 65_535, example: 465 })
  port: number;

  @OneOf(
    {
      tls: { zh: '一开始就加密', en: 'encrypted from the start' },
      starttls: { zh: '必须升级为加密', en: 'encrypted by STARTTLS, or not at all used' },
      none: { zh: '不加密，仅限校内服务器', en: 'not encrypted: for a server on campus' },
    },
    { zh: '加密', en: 'Encryption', example: 'tls' },
  )
  encryption: 'tls' | 'starttls' | 'none';

  @Text({ zh: '发件地址', en: 'From', pattern: EMAIL, example: 'yizhan@example.edu.cn' })
  from: string;

  @Text({ zh: '用户名', en: 'User', optional: true, example: 'yizhan@example.edu.cn' })
  user?: string;
}

/** An app of the school at 企业微信 (自建应用). The secret is the app's Secret. */
export class WecomSettings {
  @Text({ zh: '企业 ID', en: 'Corporation id', max: 64, pattern: /^[A-Za-z0-9_-]+$/, example: 'ww1234567890abcdef' })
  corpId: string;

  @Int({ zh: '应用 AgentId', en: 'Agent id of the app', min: 1, max: 2_147_483_647, example: 1_000_002 })
  agentId: number;

  @Text({
    zh: '接口地址，私有部署时填写',
    en: 'Origin of its API, where it is deployed privately',
    ...{ pattern: ORIGIN, optional: true, example: 'https://qyapi.weixin.qq.com' },
  })
  origin?: string;
}

/** An app of the school at 钉钉 (企业内部应用). The secret is the AppSecret. */
export class DingtalkSettings {
  @Text({ zh: 'AppKey', en: 'AppKey', max: 64, pattern: /^[A-Za-z0-9_-]+$/, example: 'dingabcdef123456' })
  appKey: string;

  @Int({ zh: '应用 AgentId', en: 'Agent id of the app', min: 1, max: 9_007_199_254_740_991, example: 1_234_567_890 })
  agentId: number;

  @Text({
    zh: '接口地址，私有部署时填写',
    en: 'Origin of its API, where it is deployed privately',
    ...{ pattern: ORIGIN, optional: true, example: 'https://oapi.dingtalk.com' },
  })
  origin?: string;
}

export const SETTINGS = {
  email: EmailSettings,
  wecom: WecomSettings,
  dingtalk: DingtalkSettings,
} as const satisfies Record<OuterChannel, new () => object>;

/** What addresses of each channel look like. */
export const ADDRESSES: Record<OuterChannel, RegExp> = {
  email: EMAIL,
  // 企业微信: 1–64 bytes of letters, digits and _-@. (no | may be in it, which separates them).
  wecom: /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/,
  dingtalk: /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/,
};
