import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import { NUMERIC } from '../numeric.js';
import { NoObjection, StarNotInState, StarNotOwn, StarNotYoursToDecide } from './volunteering.problems.js';

export const STAR_STATUSES = {
  notice: { zh: '公示中', en: 'under public notice' },
  final: { zh: '已认定', en: 'recognised' },
  refused: { zh: '异议成立，不予认定', en: 'not recognised: an objection was upheld' },
  withdrawn: { zh: '本人撤回', en: 'withdrawn by the student' },
  taken_back: { zh: '时长更正后收回', en: 'taken back, as hours were corrected' },
} as const satisfies Record<string, Bilingual>;
export type StarStatus = keyof typeof STAR_STATUSES;

export const STAR_ACTIONS = {
  withdraw: { zh: '撤回', en: 'withdraw it' },
  object: { zh: '提出异议', en: 'object' },
  dismiss: { zh: '异议不成立', en: 'answer the objections: they are not upheld' },
  uphold: { zh: '异议成立', en: 'answer the objections: they are upheld, and it is not recognised' },
} as const satisfies Record<string, Bilingual>;
export type StarAction = keyof typeof STAR_ACTIONS;

/** Who asks, as far as it matters. */
export interface Asker {
  own: boolean;
  decides: boolean;
}

/** A student's stars, from the application on. Of one number of stars a student has one at a time. */
@Entity({ schema: 'affairs', name: 'volunteer_star' })
export class Star extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('int')
  stars: number;

  /** When they were applied for. */
  @Column(NUMERIC)
  hours: number;

  @Column('text')
  status: StarStatus = 'notice';

  /** Exclusive: the end of the last day of notice. */
  @Column('timestamptz')
  noticeUntil: Date;

  /** A year without a calendar was crossed: the day may move. */
  @Column('boolean')
  provisional: boolean;

  /** The department that answers objections, beside the officers of the college. */
  @Column('uuid', { nullable: true })
  departmentId: string | null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null = null;

  /** Why something cannot be done with it now by who asks; undefined: it can. The one place that says so. */
  refusal(action: StarAction, by: Asker, objections: number, now: Date): Problem | undefined {
    const notice = this.status === 'notice' ? undefined : new StarNotInState();
    switch (action) {
      case 'withdraw':
        return (by.own ? undefined : new StarNotOwn()) ?? notice;
      case 'object':
        return notice ?? (now < this.noticeUntil && !by.own ? undefined : new StarNotInState());
      case 'dismiss':
      case 'uphold':
        return (
          (by.decides ? undefined : new StarNotYoursToDecide()) ??
          notice ??
          (objections > 0 ? undefined : new NoObjection())
        );
    }
  }

  end(status: Exclude<StarStatus, 'notice'>, now: Date): void {
    this.status = status;
    this.decidedAt = now;
  }
}

/** What somebody says against a star. Sealed with the key of the student whose star it is. */
@Entity({ schema: 'affairs', name: 'star_objection' })
export class StarObjection extends BaseEntity {
  @Column('uuid')
  starId: string;

  /** Whose star it is. */
  @Column('uuid')
  studentId: string;

  @Column('uuid', { nullable: true })
  byPerson: string | null;

  @Sealed()
  text: SealedText;

  @Column('text', { nullable: true })
  outcome: 'upheld' | 'dismissed' | null = null;

  @Sealed({ nullable: true })
  answer: SealedText | null = null;
}
