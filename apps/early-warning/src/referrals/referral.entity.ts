import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity, sql } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import { ReferralIsPraise, ReferralNotInState, ReferralNotYours } from './referrals.problems.js';

export const URGENCIES = {
  none: { zh: '不急', en: 'not urgent' },
  soon: { zh: '尽快', en: 'soon' },
  now: { zh: '立即', en: 'at once' },
} as const satisfies Record<string, Bilingual>;

export type Urgency = keyof typeof URGENCIES;

export const REFERRAL_STATUSES = {
  sent: { zh: '已提交', en: 'sent' },
  taken_up: { zh: '已受理', en: 'taken up' },
  merged: { zh: '已并入个案', en: 'taken into a care case' },
  set_aside: { zh: '已搁置', en: 'set aside' },
  closed: { zh: '已办结', en: 'closed' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
} as const satisfies Record<string, Bilingual>;
export type ReferralStatus = keyof typeof REFERRAL_STATUSES;

/** SQL: the status of a referral `r` as its sender sees it. */
export const shownToSender = sql`CASE r.status WHEN 'merged' THEN 'taken_up' WHEN 'set_aside' THEN 'closed' ELSE r.status END`;

export const REFERRAL_ACTIONS = {
  take_up: { zh: '受理', en: 'take it up' },
  merge: { zh: '并入个案', en: 'take it into a care case' },
  set_aside: { zh: '搁置', en: 'set it aside' },
  close: { zh: '办结', en: 'close it' },
  withdraw: { zh: '撤回', en: 'withdraw it' },
} as const satisfies Record<string, Bilingual>;
export type ReferralAction = keyof typeof REFERRAL_ACTIONS;

export interface ReferralAsker {
  raised: boolean;
  handles: boolean;
}

/** What somebody noticed of a student, trouble or praise. */
@Entity({ schema: 'early_warning', name: 'referral' })
export class Referral extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('text')
  kind: string;

  /** Its kind is praise: nobody has anything to do with it. */
  @Column('boolean')
  praise: boolean;

  /** By when somebody is, or was, to take it up; null: no limit. */
  @Column('timestamptz', { nullable: true })
  dueAt: Date | null = null;

  @Column('text')
  urgency: Urgency;

  @Sealed()
  text: SealedText;

  /** What the sender has tried already. */
  @Sealed({ nullable: true })
  tried: SealedText | null = null;

  @Column('uuid', { nullable: true })
  raisedBy: string | null;

  @Column('text')
  raisedByApp: string;

  @Column('timestamptz')
  raisedAt: Date;

  @Column('date')
  raisedOn: string;

  @Column('text')
  status: ReferralStatus = 'sent';

  @Column('uuid', { nullable: true })
  handledBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  handledAt: Date | null = null;

  /** Why it was set aside, or what came of it; not for the sender. */
  @Sealed({ nullable: true })
  answer: SealedText | null = null;

  @Column('uuid', { nullable: true })
  caseId: string | null = null;

  /** What the sender learns: that it was taken up, and that it is over; never what was found. */
  get shownToSender(): 'sent' | 'taken_up' | 'closed' | 'withdrawn' {
    if (this.status === 'merged') return 'taken_up';
    return this.status === 'set_aside' ? 'closed' : this.status;
  }

  /** Why something cannot be done with it by who asks; undefined: it can. The one place that says so. */
  refusal(action: ReferralAction, { raised, handles }: ReferralAsker): Problem | undefined {
    if (!(action === 'withdraw' ? raised : handles)) return new ReferralNotYours();
    if (this.praise && action !== 'withdraw') return new ReferralIsPraise();
    const from: readonly ReferralStatus[] =
      action === 'take_up' || action === 'withdraw' ? ['sent'] : ['sent', 'taken_up'];
    return from.includes(this.status) ? undefined : new ReferralNotInState();
  }
}
