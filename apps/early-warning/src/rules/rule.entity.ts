import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Rule as Definition } from '../kernel/language.js';
import { RuleNotDraft, RuleNotPublished } from './rules.problems.js';

export const RULE_STATES = {
  draft: { zh: '草稿', en: 'draft' },
  published: { zh: '已发布', en: 'published' },
  retired: { zh: '已停用', en: 'retired' },
} as const satisfies Record<string, Bilingual>;
export type RuleState = keyof typeof RULE_STATES;

/** One version of a rule. Its definition never changes; what changes is whether it is in force. */
@Entity({ name: 'rule', schema: 'early_warning' })
export class Rule extends BaseEntity {
  /** The definition's `id`: all versions of a rule share it. */
  @Column('text')
  code: string;

  /** Counts the versions of a code from 1. */
  @Column('int')
  number: number;

  @Column('text')
  state: RuleState = 'draft';

  @Column('jsonb')
  definition: Definition;

  @Column('text')
  createdBy: string;

  @Column('timestamptz', { nullable: true })
  publishedAt: Date | null = null;

  @Column('text', { nullable: true })
  publishedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  retiredAt: Date | null = null;

  publish(by: string): void {
    if (this.state !== 'draft') throw new RuleNotDraft();
    Object.assign(this, { state: 'published', publishedAt: new Date(), publishedBy: by });
  }

  retire(): void {
    if (this.state !== 'published') throw new RuleNotPublished();
    Object.assign(this, { state: 'retired', retiredAt: new Date() });
  }
}
