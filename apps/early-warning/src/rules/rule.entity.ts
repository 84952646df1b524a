import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Rule as Definition } from '#rule-language';
import { PublishReasonNeeded, RuleNotDraft, RuleNotPublished, SecondPersonNeeded } from './rules.problems.js';

export const RULE_STATES = {
  draft: { zh: '草稿', en: 'draft' },
  published: { zh: '已发布', en: 'published' },
  retired: { zh: '已停用', en: 'retired' },
} as const satisfies Record<string, Bilingual>;
export type RuleState = keyof typeof RULE_STATES;

/** How many students a rule would flag if it were in force now. */
export interface FlagShare {
  /** The day a run would evaluate, YYYY-MM-DD. */
  asOf: string;
  flagged: number;
  /** Students whom the rule is about and of whom enough is known. */
  evaluated: number;
  /** flagged / evaluated, 0–1; 0 when nobody is evaluated. */
  share: number;
  /** Above it a reason must be stated, 0–1. */
  limit: number;
  /** Version of the policy that set the limit; 0 = the default. */
  policyVersion: number;
}

export function needsReason({ share, limit }: FlagShare): boolean {
  return share > limit;
}

/** What was known when a version was published. */
export interface Publication extends FlagShare {
  /** Why it was published, where somebody said so. */
  reason: string | null;
}

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

  /** null: a draft, or published before this was kept. */
  @Column('jsonb', { nullable: true })
  publication: Publication | null = null;

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
  requireSecondPerson(by: string): void {
    this.requireDraft();
    if (by === this.createdBy || this.editedBy.includes(by)) throw new SecondPersonNeeded();
  }

  /** `by`: a person's id. */
  publish(by: string, now: Date, share: FlagShare, reason: string | undefined): void {
    this.requireSecondPerson(by);
    if (needsReason(share) && reason === undefined)
      throw new PublishReasonNeeded({
        pointer: '#/reason',
        params: { ...share, share: percent(share.share), limit: percent(share.limit) },
      });
    const publication = { ...share, reason: reason ?? null };
    Object.assign(this, { state: 'published', publishedAt: now, publishedBy: by, publication });
  }

  retire(by: string, now: Date): void {
    if (this.state !== 'published') throw new RuleNotPublished();
    Object.assign(this, { state: 'retired', retiredAt: now, retiredBy: by });
  }
}

/** With three digits. */
function percent(share: number): number {
  return Number((share * 100).toPrecision(3));
}
