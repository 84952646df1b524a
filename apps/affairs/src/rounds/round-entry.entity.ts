import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import type { EntryWay } from './round-content.js';
import type { Round } from './round.entity.js';
import {
  EntryAwardedElsewhere,
  EntryNotInState,
  EntryNotOwn,
  NotAReviewer,
  ObjectionNotPossible,
  OwnMatter,
  RoundNotManaged,
} from './rounds.problems.js';
import type { Exclusion } from './scoring.js';

export const ENTRY_STATUSES = {
  entered: { zh: '参评', en: 'in the round' },
  withdrawn: { zh: '已退出', en: 'withdrawn' },
  removed: { zh: '异议成立，已移出', en: 'taken out: an objection was upheld' },
} as const satisfies Record<string, Bilingual>;
export type EntryStatus = keyof typeof ENTRY_STATUSES;

export const OUTCOMES = {
  awarded: { zh: '入选', en: 'in' },
  not_awarded: { zh: '未入选', en: 'not in' },
  excluded: { zh: '不得参评', en: 'ruled out' },
} as const satisfies Record<string, Bilingual>;
export type EntryOutcome = keyof typeof OUTCOMES;

export const ENTRY_ACTIONS = {
  change: { zh: '修改申请', en: 'change what was handed in' },
  withdraw: { zh: '退出', en: 'withdraw' },
  mark: { zh: '打分', en: 'give marks, as a reviewer' },
  'class-review': { zh: '登记民主评议', en: 'record the opinion of the class' },
  object: { zh: '提出异议', en: 'object' },
  revoke: { zh: '撤销结果', en: 'revoke the result' },
  reinstate: { zh: '恢复被撤销的结果', en: 'take a revocation back' },
  restore: { zh: '恢复因异议移出的参评', en: 'bring back who was taken out for an objection' },
} as const satisfies Record<string, Bilingual>;
export type EntryAction = keyof typeof ENTRY_ACTIONS;

/** Who asks what may be done with an entry, and what else decides on it. */
export interface EntryAsker {
  personId: string | undefined;
  /** May speak for the student, or brought them in. */
  owns: boolean;
  /** Reviews students of the class. */
  reviews: boolean;
  reviewer: boolean;
  manages: boolean;
  /** A notice that shows the entry, or for the student themselves any of the round, runs today. */
  noticeRuns: boolean;
  /** The result is revoked, and the student has got something of the same group meanwhile, where the round excludes that. */
  awardedElsewhere: boolean;
}

/** A student in a round. What was handed in, and why somebody is in, never leaves by event. */
@Entity({ schema: 'affairs', name: 'round_entry' })
export class RoundEntry extends BaseEntity {
  @Column('uuid')
  roundId: string;

  @Column('uuid')
  studentId: string;

  @Column('text')
  way: EntryWay;

  @Column('text')
  status: EntryStatus = 'entered';

  /** The form, as JSON. */
  @Sealed({ nullable: true })
  data: SealedText | null = null;

  /** Why somebody is in without applying, e.g. 低保. */
  @Sealed({ nullable: true })
  automaticGroup: SealedText | null = null;

  @Sealed({ nullable: true })
  account: SealedText | null = null;

  @Column('uuid', { nullable: true })
  createdBy: string | null = null;

  @Column('text')
  createdByApp: string;

  /** Where the student belonged when they came in: they are ranked there. */
  @Column('uuid', { nullable: true })
  collegeId: string | null = null;

  @Column('uuid', { nullable: true })
  majorId: string | null = null;

  @Column('uuid', { nullable: true })
  classId: string | null = null;

  /** From the proposed list on. */
  @Column('jsonb', { nullable: true })
  scores: Record<string, string> | null = null;

  /** An exact decimal. */
  @Column('numeric', { precision: 20, scale: 8, nullable: true })
  total: string | null = null;

  @Column('jsonb', { nullable: true })
  exclusions: Exclusion[] | null = null;

  /** Within its unit; null: not ranked. */
  @Column('int', { nullable: true })
  place: number | null = null;

  @Column('text', { nullable: true })
  outcome: EntryOutcome | null = null;

  @Column('text', { nullable: true })
  level: string | null = null;

  @Column('boolean')
  overQuota = false;

  @Column('uuid', { nullable: true })
  noticeId: string | null = null;

  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null = null;

  @Column('uuid', { nullable: true })
  revokedBy: string | null = null;

  @Sealed({ nullable: true })
  revokedFor: SealedText | null = null;

  /** After it was withdrawn, it begins anew; it stays the same one, so that a lot is drawn once. */
  enterAgain(entry: RoundEntry): void {
    const { way, collegeId, majorId, classId, createdBy, createdByApp } = entry;
    Object.assign(this, {
      status: 'entered',
      way,
      automaticGroup: null,
      collegeId,
      majorId,
      classId,
      createdBy,
      createdByApp,
    });
  }

  static make(
    values: Pick<RoundEntry, 'roundId' | 'studentId' | 'way' | 'collegeId' | 'majorId' | 'classId'>,
    by: { personId?: string | undefined; app: string },
  ): RoundEntry {
    return Object.assign(new RoundEntry(), values, { createdBy: by.personId ?? null, createdByApp: by.app });
  }

  /** Why something cannot be done with it now by who asks; undefined: it can. Answers and guards come from it. */
  refusal(action: EntryAction, { status, content }: Round, asker: EntryAsker): Problem | undefined {
    const own = asker.personId === this.studentId;
    const wrong = new EntryNotInState();
    const while_ = (...allowed: Round['status'][]): Problem | undefined =>
      allowed.includes(status) ? undefined : wrong;
    const managed = asker.manages ? undefined : new RoundNotManaged();
    const entered = this.status === 'entered' ? undefined : wrong;
    switch (action) {
      case 'change':
      case 'withdraw':
        return (asker.owns ? undefined : new EntryNotOwn()) ?? entered ?? while_('open');
      case 'mark':
        return (
          (asker.reviewer ? undefined : new NotAReviewer()) ?? (own ? new OwnMatter() : entered) ?? while_('review')
        );
      case 'class-review':
        return (
          (asker.reviews ? undefined : new NotAReviewer()) ??
          (own ? new OwnMatter() : entered) ??
          (content.classReview ? while_('open', 'review') : wrong)
        );
      case 'object':
        return asker.noticeRuns && this.status === 'entered' ? undefined : new ObjectionNotPossible();
      case 'revoke':
        return managed ?? while_('final') ?? (this.outcome === 'awarded' && !this.revokedAt ? undefined : wrong);
      case 'reinstate':
        return (
          managed ??
          while_('final') ??
          (this.revokedAt ? undefined : wrong) ??
          (asker.awardedElsewhere ? new EntryAwardedElsewhere() : undefined)
        );
      case 'restore':
        return managed ?? while_('review') ?? (this.status === 'removed' ? undefined : wrong);
    }
  }

  revoke(by: string | null, reason: string, now: Date): void {
    Object.assign(this, { revokedAt: now, revokedBy: by, revokedFor: reason });
  }

  reinstate(): void {
    Object.assign(this, { revokedAt: null, revokedBy: null, revokedFor: null });
  }
}
