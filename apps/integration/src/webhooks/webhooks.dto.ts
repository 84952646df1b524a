import { allEvents, PERMISSIONS, SERVICES, type ServiceName } from '#contracts';
import { Flag, Instant, Int, Json, ListOf, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort } from '#http';
import { DISABLED_FOR, FORMATS, type Webhook } from './webhook.entity.js';

/** Events that apps may be told of, by name. */
export const TOLD = new Map(
  allEvents().flatMap(({ options: { name, tells } }) => (tells ? [[name as string, tells] as const] : [])),
);
/** Of a message that `test` sends. */
export const TEST_TYPE = 'integration.webhook-test.v1';

const TYPES = [...TOLD.keys()].sort();
const STATES = {
  waiting: { zh: '待送达', en: 'it will be sent, or sent again' },
  delivered: { zh: '已送达', en: 'the receiver answered 2xx' },
  failed: { zh: '未送达', en: 'no attempt succeeded' },
} as const;

/** A kind of event that an app may be told of. */
export class EventTypeDto {
  @Text({ zh: '事件名称', en: 'Name of the event', example: 'affairs.leave-approved.v1' })
  type: string;

  @Text({ zh: '含义（中文）', en: 'What it tells, in Chinese', example: '请假已批准' })
  zh: string;

  @Text({ zh: '含义（英文）', en: 'What it tells, in English', example: 'A leave was approved' })
  en: string;

  @OneOf(SERVICES, { zh: '所属服务', en: 'Service', example: 'affairs' })
  service: ServiceName;

  @OneOf(PERMISSIONS, { zh: '应用须有的权限', en: 'Permission that the app needs', example: 'affairs:leave:read' })
  permission: string;

  static all(): EventTypeDto[] {
    return TYPES.map((type) => {
      const { permission, zh, en } = TOLD.get(type)!;
      return Object.assign(new EventTypeDto(), { type, zh, en, service: type.split('.')[0], permission });
    });
  }
}

export class WebhooksQuery extends ListQuery {
  @Flag({ zh: '只看停用的，或只看启用的', en: 'Only disabled ones, or only those that are not', optional: true })
  disabled?: boolean;
}

/** What an app says of its webhook. */
export class WebhookChangeDto {
  @Text({
    zh: '接收地址：https，443 端口，且不指向校内地址（学校放行的网段除外）',
    en: 'Address of the receiver: https on port 443, not leading inside the campus but for ranges that the school allows',
    max: 500,
    example: 'https://app.example.edu.cn/yizhan',
  })
  url: string;

  @ListOf(TYPES, {
    zh: '接收哪些事件',
    en: 'Events to be told of',
    minItems: 1,
    maxItems: TYPES.length,
    unique: true,
    example: ['affairs.leave-approved.v1'],
  })
  types: string[];

  @Text({ zh: '说明', en: 'What it is for', example: '请假小程序的消息' })
  description: string;
}

export class RegisterWebhookDto extends WebhookChangeDto {
  @OneOf(FORMATS, { zh: '格式', en: 'Format', optional: true, example: 'standard' })
  format?: keyof typeof FORMATS;
}

/** A webhook of the app that asks. */
export class WebhookDto {
  @Uuid({ zh: '事件推送', en: 'Webhook' })
  id: string;

  @Text({ zh: '接收地址', en: 'Address of the receiver', max: 500, example: 'https://app.example.edu.cn/yizhan' })
  url: string;

  @ListOf(TYPES, { zh: '接收哪些事件', en: 'Events it is told of', example: ['affairs.leave-approved.v1'] })
  types: string[];

  @Text({ zh: '说明', en: 'What it is for', example: '请假小程序的消息' })
  description: string;

  @OneOf(FORMATS, { zh: '格式', en: 'Format', example: 'standard' })
  format: keyof typeof FORMATS;

  @ListOf('text', {
    zh: '验证 v1a 签名的公钥，最新的在前；更换密钥后旧的再用一天',
    en: 'Public keys that verify its v1a signatures, the newest first; an old one is used for a day after it was replaced',
    maxItems: 2,
    example: ['whpk_3/Mc2LW0sI6sRh0dlqR+bJDYVw0bsJ1E4f5SLiCHYGM='],
  })
  publicKeys: string[];

  @Instant({ zh: '停用时间', en: 'Disabled at', nullable: true })
  disabledAt: Date | null;

  @OneOf(DISABLED_FOR, { zh: '停用原因', en: 'Why it is disabled', nullable: true, example: 'gone' })
  disabledFor: keyof typeof DISABLED_FOR | null;

  @Instant({ zh: '登记时间', en: 'Registered at' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, { id, url, types, description, format, publicKeys, ...row }: Webhook): WebhookDto {
    const { disabledAt, disabledFor, createdAt, version } = row;
    const said = { id, url, types, description, format, publicKeys, disabledAt, disabledFor, createdAt, version };
    return Object.assign(new WebhookDto(), said);
  }
}

/** A webhook with its new secret, which is told this once. */
export class IssuedWebhookDto extends WebhookDto {
  @Text({
    zh: '签名密钥（Standard Webhooks），只显示这一次',
    en: 'Secret that signs (Standard Webhooks): shown this once',
    pattern: /^whsec_[A-Za-z0-9+/=]+$/,
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
  })
  secret: string;

  static of(webhook: Webhook, secret: string): IssuedWebhookDto {
    return Object.assign(new IssuedWebhookDto(), WebhookDto.from(webhook), { secret });
  }
}

export class MessagesQuery extends ListQuery {
  @OneOf(STATES, { zh: '状态', en: 'State', optional: true, example: 'failed' })
  state?: keyof typeof STATES;

  @AnyOf([...TYPES, TEST_TYPE], { zh: '事件名称', en: 'Names of events' }, ['affairs.leave-approved.v1'])
  type?: string[];

  @Sort(['occurredAt'])
  sort?: string;
}

/** An attempt to deliver a message. */
export class AttemptDto {
  @Int({ zh: '第几次', en: 'Which attempt', min: 1, max: 100, example: 1 })
  number: number;

  @Instant({ zh: '时间', en: 'At' })
  at: Date;

  @Int({
    zh: '接收方回答的状态码',
    en: 'Status that the receiver answered',
    min: 100,
    max: 599,
    nullable: true,
    example: 200,
  })
  status: number | null;

  @Text({
    zh: '未得到回答的原因',
    en: 'Why there was no answer',
    nullable: true,
    example: 'ECONNREFUSED',
  })
  problem: string | null;

  @Int({ zh: '用时（毫秒）', en: 'Milliseconds it took', min: 0, max: 60_000, example: 35 })
  milliseconds: number;
}

/** What a webhook was told, or is to be told. */
export class MessageDto {
  @Uuid({ zh: '消息（webhook-id）', en: 'Message: its webhook-id' })
  id: string;

  @Text({ zh: '事件名称', en: 'Name of the event', example: 'affairs.leave-approved.v1' })
  type: string;

  @Json({
    zh: '内容：仅标识，不含个人信息',
    en: 'What it carries: ids, no personal data',
    example: { aggregateId: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f', sequence: 2 },
  })
  data: object;

  @Instant({ zh: '事件时间', en: 'When it happened' })
  occurredAt: Date;

  @OneOf(STATES, { zh: '状态', en: 'State', example: 'delivered' })
  state: keyof typeof STATES;

  @Instant({ zh: '下次发送时间', en: 'Sent next at', nullable: true })
  nextAt: Date | null;

  @ListOf(() => AttemptDto, { zh: '各次发送', en: 'Attempts, the first first' })
  attempts: AttemptDto[];

  static from(this: void, row: object): MessageDto {
    return Object.assign(new MessageDto(), row);
  }
}

/** What is sent again. */
export class ReplayDto {
  @Instant({ zh: '自何时起的事件', en: 'Events from when on' })
  from: string;

  @OneOf(['failed', 'all'], {
    zh: '仅未送达的，或全部',
    en: 'Only what could not be delivered, or all',
    example: 'failed',
  })
  which: 'failed' | 'all';
}

export class ReplayedDto {
  @Int({ zh: '将重新发送的消息数', en: 'Messages that are sent again', min: 0, max: 2_147_483_647, example: 3 })
  messages: number;
}

export class TestedDto {
  @Uuid({ zh: '测试消息', en: 'The test message' })
  messageId: string;

  static of(messageId: string): TestedDto {
    return Object.assign(new TestedDto(), { messageId });
  }
}
