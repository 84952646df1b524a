import { Column, Entity, PrimaryColumn } from 'typeorm';
import { BaseEntity } from '#database';

export const FORMATS = {
  standard: { zh: 'Standard Webhooks 1.0', en: 'Standard Webhooks 1.0' },
  cloudevents: { zh: 'CloudEvents 1.0（二进制模式）', en: 'CloudEvents 1.0, binary mode' },
} as const;

export const DISABLED_FOR = {
  app: { zh: '应用自行停用', en: 'by the app itself' },
  gone: { zh: '接收地址回答 410', en: 'its receiver answered 410' },
  failing: { zh: '一条消息在全部重试后仍未送达', en: 'a message could not be delivered by any of its attempts' },
} as const;

/** Where an app wants to be told of which events. */
@Entity({ schema: 'integration', name: 'webhook' })
export class Webhook extends BaseEntity {
  /** The app: its OAuth2 client id. */
  @Column('text')
  clientId: string;

  @Column('text')
  url: string;

  /** Names of events. */
  @Column('text', { array: true })
  types: string[];

  @Column('text')
  description: string;

  @Column('text')
  format: keyof typeof FORMATS;

  /** `Secret[]` as JSON, sealed with the root key. */
  @Column('bytea')
  sealedSecrets: Buffer;

  /** Of what signs, the newest first. */
  @Column('text', { array: true })
  publicKeys: string[];

  @Column('timestamptz', { nullable: true })
  disabledAt: Date | null = null;

  @Column('text', { nullable: true })
  disabledFor: keyof typeof DISABLED_FOR | null = null;

  @Column('timestamptz', { nullable: true })
  testedAt: Date | null = null;

  disable(at: Date): void {
    this.disabledAt ??= at;
    this.disabledFor ??= 'app';
  }

  enable(): void {
    this.disabledAt = null;
    this.disabledFor = null;
  }
}

/** What a webhook is told: of one event, or a test. */
@Entity({ schema: 'integration', name: 'webhook_message' })
export class WebhookMessage {
  /** `webhook-id`: the same in all attempts. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  webhookId: string;

  @Column('uuid', { nullable: true })
  eventId: string | null;

  @Column('text')
  type: string;

  @Column('jsonb')
  data: object;

  @Column('timestamptz')
  occurredAt: Date;

  @Column('timestamptz')
  dueAt: Date;

  @Column('int')
  attempts = 0;

  @Column('timestamptz', { nullable: true })
  deliveredAt: Date | null = null;

  @Column('timestamptz', { nullable: true })
  failedAt: Date | null = null;

  @Column('timestamptz', { nullable: true })
  resentAt: Date | null = null;
}

/** One attempt, and what came of it. */
@Entity({ schema: 'integration', name: 'webhook_attempt' })
export class WebhookAttempt {
  @PrimaryColumn('uuid')
  messageId: string;

  @PrimaryColumn('int')
  number: number;

  @Column('timestamptz')
  at: Date;

  @Column('int', { nullable: true })
  status: number | null;

  @Column('text', { nullable: true })
  problem: string | null;

  @Column('int')
  milliseconds: number;
}
