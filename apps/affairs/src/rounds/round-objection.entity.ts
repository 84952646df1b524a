import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import type { Round } from './round.entity.js';
import { EntryNotOwn, ObjectionDecided, OwnMatter, RoundNotDecided } from './rounds.problems.js';

export const OBJECTION_STATUSES = {
  open: { zh: '待处理', en: 'open' },
  upheld: { zh: '成立', en: 'upheld' },
  dismissed: { zh: '不成立', en: 'dismissed' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
} as const satisfies Record<string, Bilingual>;
export type ObjectionStatus = keyof typeof OBJECTION_STATUSES;

export const OBJECTION_ACTIONS = {
  uphold: {
    zh: '成立：移出并由下一名递补；对本人结果的异议，退回评审',
    en: 'uphold: the entry is out and the next moves up; one’s own result goes back to the review',
  },
  dismiss: { zh: '不成立', en: 'dismiss' },
  withdraw: { zh: '撤回异议', en: 'withdraw it' },
} as const satisfies Record<string, Bilingual>;
export type ObjectionAction = keyof typeof OBJECTION_ACTIONS;

/** An objection (异议) to an entry, or to one's own result, while the notice runs. */
@Entity({ schema: 'affairs', name: 'round_objection' })
export class RoundObjection extends BaseEntity {
  @Column('uuid')
  roundId: string;

  @Column('uuid')
  entryId: string;

  /** Whom the entry is of; the texts are about them, and sealed with their key. */
  @Column('uuid')
  studentId: string;

  /** Null once they are erased. */
  @Column('uuid', { nullable: true })
  raisedBy: string | null;

  /** The student the entry is of is not told who raised it. */
  @Column('boolean')
  unnamed: boolean;

  @Sealed()
  text: SealedText;

  @Column('text')
  status: ObjectionStatus = 'open';

  /** The reasons of the decision. */
  @Sealed({ nullable: true })
  answer: SealedText | null = null;

  @Column('uuid', { nullable: true })
  decidedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null = null;

  /** Is it about the raiser's own result? */
  get ofOwn(): boolean {
    return this.raisedBy === this.studentId;
  }

  /** Why something cannot be done with it now; undefined: it can. */
  refusal(
    action: ObjectionAction,
    round: Round,
    { personId, decides }: { personId: string | undefined; decides: boolean },
  ): Problem | undefined {
    if (action === 'withdraw') {
      if (!personId || personId !== this.raisedBy) return new EntryNotOwn();
    } else {
      if (!decides) return new RoundNotDecided();
      if (personId !== undefined && (personId === this.studentId || personId === this.raisedBy)) return new OwnMatter();
    }
    if (this.status !== 'open') return new ObjectionDecided();
    return round.status === 'notice' || action === 'withdraw' ? undefined : round.notInState();
  }

  end(status: Exclude<ObjectionStatus, 'open'>, answer: string | null, by: string | null, now: Date): void {
    Object.assign(this, { status, answer, decidedBy: by, decidedAt: now });
  }
}
