import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Rule as Definition } from '../kernel/language.js';
import { RuleNotDraft, RuleNotPublished, SecondPersonNeeded } from './rules.problems.js';

export const RULE_STATES = {
  draft: { zh: '草稿', en: 'draft' },
  published: { zh: '已发布', en: 'published' },
  retired: { zh: '已停用', en: 'retired' },
} as const satisfies Record<string, Bilingual>;
export type RuleState = keyof typeof RULE_STATES;

/** One version of a rule. While it is a draft its definition may be edited; after that it never changes. */
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

  /** A person's id, or an app that acted by itself. */
  @Column('text')
  createdBy: string;

  /** Who edited the draft, in order of their first edit. */
  @Column('text', { array: true })
  editedBy: string[] = [];

  @Column('timestamptz', { nullable: true })
  publishedAt: Date | null = null;

  /** A person's id. */
  @Column('text', { nullable: true })
  publishedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  retiredAt: Date | null = null;

  /** Who took it out of force, or published the version after it. */
  @Column('text', { nullable: true })
  retiredBy: string | null = null;

  edit(definition: Definition, by: string): void {
    this.requireDraft();
    this.definition = definition;
    if (!this.editedBy.includes(by)) this.editedBy = [...this.editedBy, by];
  }

  requireDraft(): void {
    if (this.state !== 'draft') throw new RuleNotDraft();
  }

  /** `by`: a person's id. */
  publish(by: string): void {
    this.requireDraft();
    if (by === this.createdBy || this.editedBy.includes(by)) throw new SecondPersonNeeded();
    Object.assign(this, { state: 'published', publishedAt: new Date(), publishedBy: by });
  }

  retire(by: string): void {
    if (this.state !== 'published') throw new RuleNotPublished();
    Object.assign(this, { state: 'retired', retiredAt: new Date(), retiredBy: by });
  }
}
