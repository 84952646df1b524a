import { Flag, Int, Json, ListOf, OneOf, Text, Uuid } from '#fields';
import { RowResultDto } from '#http';
import type { OuterChannel } from '../message.entity.js';
import { OUTER_CHANNELS } from '../kind-channels.dto.js';
import type { Channel } from './channel.entity.js';

const EXAMPLE = { corpId: 'ww1234567890abcdef', agentId: 1_000_002 };

/** A way out of the house. Its secret is not told. */
export class ChannelDto {
  @Uuid({ zh: '渠道', en: 'Channel' })
  id: string;

  @OneOf(OUTER_CHANNELS, { zh: '种类', en: 'Which', example: 'wecom' })
  key: OuterChannel;

  @Flag({ zh: '是否启用', en: 'Whether it is on' })
  enabled: boolean;

  @Json({ zh: '设置', en: 'Settings, by kind: see docs/notifications.md', example: EXAMPLE })
  settings: object;

  @Flag({ zh: '是否已有密钥', en: 'Whether it has a secret' })
  hasSecret: boolean;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, { id, key, enabled, settings, sealedSecret, version }: Channel): ChannelDto {
    const said = { id, key, enabled, settings, hasSecret: sealedSecret !== null, version };
    return Object.assign(new ChannelDto(), said);
  }
}

export class ChannelChangeDto {
  @Flag({ zh: '是否启用', en: 'Whether it is on' })
  enabled: boolean;

  @Json({ zh: '设置', en: 'Settings, by kind: see docs/notifications.md', example: EXAMPLE })
  settings: object;

  @Text({
    zh: '密钥或密码；不填则不变，null 则清除',
    en: 'Secret or password; left out: as it is; null: none',
    ...{ optional: true, nullable: true, max: 500, example: 'the-secret-of-the-app' },
  })
  secret?: string | null;
}

/** Who a person is at a channel. */
export class IdentityRowDto {
  @Uuid({ zh: '人员', en: 'Person' })
  id: string;

  @Text({
    zh: '该渠道的 userid 或邮箱；null 为删除',
    en: 'userid or e-mail address at the channel; null: none any more',
    ...{ nullable: true, max: 255, example: 'zhangsan' },
  })
  address: string | null;
}

export class IdentityRowsDto {
  @ListOf(() => IdentityRowDto, { zh: '各人', en: 'People', minItems: 1, maxItems: 1000 })
  rows: IdentityRowDto[];
}

const SET = {
  set: { zh: '已设置', en: 'it is set' },
  removed: { zh: '已删除', en: 'there is none any more' },
} as const;

export class IdentityResultDto extends RowResultDto {
  @OneOf(SET, { zh: '结果', en: 'Result', nullable: true, example: 'set' })
  status: keyof typeof SET | null;
}

export class IdentityResultsDto {
  @ListOf(() => IdentityResultDto, { zh: '逐行结果', en: 'A result for each row' })
  rows: IdentityResultDto[];

  static of(rows: object[]): IdentityResultsDto {
    return Object.assign(new IdentityResultsDto(), {
      rows: rows.map((row) => Object.assign(new IdentityResultDto(), row)),
    });
  }
}

/** Whether there is an address of the person who asks at a channel. */
export class OwnIdentityDto {
  @OneOf(OUTER_CHANNELS, { zh: '渠道', en: 'Channel', example: 'email' })
  channel: OuterChannel;

  @Flag({ zh: '学校是否启用', en: 'Whether the school has it on' })
  enabled: boolean;

  @Text({ zh: '本人在该渠道的标识', en: 'Address there', nullable: true, max: 255, example: 'zhangsan@example.edu.cn' })
  address: string | null;

  @OneOf(
    { school: { zh: '学校设置', en: 'by the school' }, own: { zh: '本人验证', en: 'by the person, who proved it' } },
    { zh: '由谁设置', en: 'Set by', nullable: true, example: 'own' },
  )
  source: 'school' | 'own' | null;

  static from(this: void, row: object): OwnIdentityDto {
    return Object.assign(new OwnIdentityDto(), row);
  }
}

export class EmailAddressDto {
  @Text({ zh: '邮箱', en: 'E-mail address', max: 255, example: 'zhangsan@example.edu.cn' })
  address: string;
}

export class EmailCodeDto {
  @Text({ zh: '验证码', en: 'Code', pattern: /^\d{6}$/, example: '123456' })
  code: string;
}
