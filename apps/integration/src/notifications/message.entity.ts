import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';

/** How people are told. */
export const CHANNELS = {
  in_app: { zh: '站内信', en: 'the inbox of the apps' },
  email: { zh: '电子邮件', en: 'e-mail' },
  wecom: { zh: '企业微信', en: 'WeCom' },
  dingtalk: { zh: '钉钉', en: 'DingTalk' },
} as const satisfies Record<string, Bilingual>;
export type Channel = keyof typeof CHANNELS;
/** Channels that lead out of the house. */
export type OuterChannel = Exclude<Channel, 'in_app'>;

export const DELIVERY_STATES = {
  waiting: { zh: '待发送', en: 'it will be sent, or sent again' },
  sent: { zh: '已交渠道', en: 'the channel took it' },
  delivered: { zh: '已送达', en: 'the channel says that it arrived' },
  failed: { zh: '未送达', en: 'it could not be delivered' },
  skipped: { zh: '未发送', en: 'it is not sent' },
} as const satisfies Record<string, Bilingual>;
export type DeliveryState = keyof typeof DELIVERY_STATES;

/** Ids and numbers of an event, from which the words are made when it is told. */
export type Subject = Record<string, string | number>;

/** What one person is told of one event, or of all those of a window: there is one of each, however often the event is delivered. */
@Entity({ schema: 'integration', name: 'message' })
export class Message extends BaseEntity {
  @Column('uuid')
  personId: string;

  /** Key of `KINDS`. */
  @Column('text')
  kind: string;

  /** The event that began it. */
  @Column('text')
  windowKey: string;

  /** Others of its kind join it until it is told. */
  @Column('boolean')
  digest: boolean;

  @Column('boolean')
  urgent: boolean;

  @Column('uuid', { nullable: true })
  studentId: string | null;

  @Column('jsonb')
  subjects: Subject[];

  @Column('int')
  events = 1;

  @Column('timestamptz')
  occurredAt: Date;

  @Column('timestamptz')
  dueAt: Date;

  /** No event joins it any more: it is told. */
  @Column('timestamptz', { nullable: true })
  closedAt: Date | null = null;

  /** `gone`: no active person; `not_answering`: they answer for the student no longer. */
  @Column('text', { nullable: true })
  withheldFor: 'gone' | 'not_answering' | null = null;

  @Column('timestamptz', { nullable: true })
  readAt: Date | null = null;
}

/** A message on its way over one channel. */
@Entity({ schema: 'integration', name: 'message_delivery' })
export class MessageDelivery extends BaseEntity {
  @Column('uuid')
  messageId: string;

  @Column('text')
  channel: Channel;

  @Column('text')
  state: DeliveryState;

  @Column('timestamptz')
  dueAt: Date;

  @Column('int')
  attempts = 0;

  @Column('text', { nullable: true })
  problem: string | null = null;

  @Column('text', { nullable: true })
  reference: string | null = null;

  @Column('int', { nullable: true })
  templateVersion: number | null = null;

  @Column('timestamptz', { nullable: true })
  sentAt: Date | null = null;

  @Column('timestamptz', { nullable: true })
  deliveredAt: Date | null = null;

  @Column('timestamptz', { nullable: true })
  readAt: Date | null = null;

  @Column('timestamptz', { nullable: true })
  checkAt: Date | null = null;
}

/** One attempt to hand a delivery to its channel. */
@Entity({ schema: 'integration', name: 'message_attempt' })
export class MessageAttempt {
  @PrimaryColumn('uuid')
  deliveryId: string;

  @PrimaryColumn('int')
  number: number;

  @Column('timestamptz')
  at: Date;

  @Column('text', { nullable: true })
  problem: string | null;

  @Column('int')
  milliseconds: number;
}

/** What was handed to a channel: the ledger of its limits. */
@Entity({ schema: 'integration', name: 'channel_use' })
export class ChannelUse {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' })
  id: string;

  @Column('text')
  channel: OuterChannel;

  @Column('uuid')
  personId: string;

  @Column('timestamptz')
  at: Date;
}
