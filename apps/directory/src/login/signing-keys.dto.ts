import { Instant, ListOf, OneOf, Text } from '#fields';

const STATES = {
  next: { zh: '下一把：已公布，尚未签发', en: 'Published, does not sign yet' },
  current: { zh: '当前：用于签发', en: 'Signs' },
  previous: { zh: '上一把：仅供验证，随后撤下', en: 'Only verifies, until its tokens have ended' },
} as const;

export class SigningKeyDto {
  @Text({ zh: '密钥编号（kid）', en: 'Key id (kid)', max: 100, example: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f' })
  kid: string;

  @OneOf(STATES, { zh: '状态', en: 'State' })
  state: keyof typeof STATES;

  @Instant({ zh: '生成时间', en: 'Made at' })
  createdAt: Date;
}

export class SigningKeysDto {
  @ListOf(() => SigningKeyDto, { zh: '密钥', en: 'Keys', maxItems: 10 })
  keys: SigningKeyDto[];

  static from(this: void, keys: SigningKeyDto[]): SigningKeysDto {
    return Object.assign(new SigningKeysDto(), { keys });
  }
}
