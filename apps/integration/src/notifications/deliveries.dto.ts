import { Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort } from '#http';
import { ALL_KINDS } from './kinds.js';
import { type Channel, CHANNELS, DELIVERY_STATES, type DeliveryState } from './message.entity.js';

export class MessageDeliveriesQuery extends ListQuery {
  @AnyOf(CHANNELS, { zh: '渠道', en: 'Channels' }, ['wecom'])
  channel?: Channel[];

  @AnyOf(DELIVERY_STATES, { zh: '状态', en: 'States' }, ['failed'])
  state?: DeliveryState[];

  @AnyOf(ALL_KINDS, { zh: '消息种类', en: 'Kinds of messages' }, ['warning-raised'])
  kind?: string[];

  @Uuid({ zh: '接收人', en: 'To whom', optional: true })
  personId?: string;

  @Sort(['createdAt'])
  sort?: string;
}

/** One attempt to hand a delivery to its channel. */
export class DeliveryAttemptDto {
  @Int({ zh: '第几次', en: 'Which attempt', min: 1, max: 10_000, example: 1 })
  number: number;

  @Instant({ zh: '时间', en: 'At' })
  at: Date;

  @Text({
    zh: '未成功的原因',
    en: 'Why it failed; null: the channel took it',
    nullable: true,
    example: 'ADDRESS_REFUSED',
  })
  problem: string | null;

  @Int({ zh: '用时（毫秒）', en: 'Milliseconds it took', min: 0, max: 600_000, example: 120 })
  milliseconds: number;
}

/** A message on its way over one channel. What it says is its person's to read. */
export class MessageDeliveryDto {
  @Uuid({ zh: '送达', en: 'Delivery' })
  id: string;

  @Uuid({ zh: '消息', en: 'Message' })
  messageId: string;

  @OneOf(ALL_KINDS, { zh: '消息种类', en: 'Kind of the message', example: 'leave-approved' })
  kind: string;

  @Flag({ zh: '是否紧急', en: 'Whether it is urgent', example: false })
  urgent: boolean;

  @Nested(() => PersonRefDto, { zh: '接收人', en: 'To whom', nullable: true })
  person: PersonRefDto | null;

  @OneOf(CHANNELS, { zh: '渠道', en: 'Channel', example: 'wecom' })
  channel: Channel;

  @OneOf(DELIVERY_STATES, { zh: '状态', en: 'State', example: 'sent' })
  state: DeliveryState;

  @Text({ zh: '原因', en: 'Why it waits, failed or is not sent', nullable: true, example: 'QUOTA' })
  problem: string | null;

  @Instant({ zh: '不早于何时发送', en: 'Not sent before', nullable: true })
  notBefore: Date | null;

  @Instant({ zh: '交渠道时间', en: 'The channel took it at', nullable: true })
  sentAt: Date | null;

  @Instant({ zh: '送达时间', en: 'It arrived at, where the channel says so', nullable: true })
  deliveredAt: Date | null;

  @Instant({ zh: '阅读时间', en: 'It was read at, where the channel says so', nullable: true })
  readAt: Date | null;

  @Int({
    zh: '模板第几版；null 为出厂',
    en: 'Version of its template; null: as shipped',
    ...{ nullable: true, min: 1, max: 1_000_000, example: 1 },
  })
  templateVersion: number | null;

  @ListOf(() => DeliveryAttemptDto, { zh: '各次发送', en: 'Attempts, the first first' })
  attempts: DeliveryAttemptDto[];

  @ListOf(['retry'], { zh: '现在可做的', en: 'What can be done now', example: [] })
  actions: 'retry'[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, row: object): MessageDeliveryDto {
    return Object.assign(new MessageDeliveryDto(), row);
  }
}
