import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import type { OuterChannel } from './message.entity.js';

export const LANGUAGES = { zh: { zh: '中文', en: 'Chinese' }, en: { zh: '英文', en: 'English' } } as const;

/** How a person wants to be told. Who has none is told as the school says. */
@Entity({ schema: 'integration', name: 'notification_preference' })
export class NotificationPreference extends BaseEntity {
  @Column('uuid')
  personId: string;

  @Column('text')
  language: keyof typeof LANGUAGES = 'zh';

  /** `HH:mm`; null: as the school says. */
  @Column('text', { nullable: true })
  quietFrom: string | null = null;

  @Column('text', { nullable: true })
  quietTo: string | null = null;

  /** By kind the channels beside the inbox; a kind that is not in it: as the house says. */
  @Column('jsonb')
  kinds: Record<string, OuterChannel[]> = {};
}
