import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import { NUMERIC } from '../numeric.js';
import {
  ClaimNotInState,
  ClaimNotOwn,
  ClaimNotYours,
  NoticeNotOver,
  TwoPeopleNeeded,
} from './second-classroom.problems.js';

export const CLAIM_STATUSES = {
  submitted: { zh: '待学院审核', en: 'waits for the college' },
  returned: { zh: '退回补充', en: 'returned to the student' },
  notice: { zh: '公示中或待确认', en: 'under public notice, or waits to be confirmed' },
  confirmed: { zh: '已确认', en: 'confirmed: it counts' },
  refused: { zh: '不予认定', en: 'refused' },
  withdrawn: { zh: '本人撤回', en: 'withdrawn by the student' },
  revoked: { zh: '确认后撤销', en: 'taken back after it was confirmed' },
} as const satisfies Record<string, Bilingual>;
export type ClaimStatus = keyof typeof CLAIM_STATUSES;

export const CLAIM_ACTIONS = {
  change: { zh: '修改并重新提交', en: 'change it and submit it again' },
  withdraw: { zh: '撤回', en: 'withdraw it' },
  approve: { zh: '学院通过，进入公示', en: 'the college approves: public notice begins' },
  return: { zh: '退回', en: 'return it to the student' },
  refuse: { zh: '不予认定', en: 'refuse it' },
  confirm: { zh: '确认', en: 'confirm it' },
  revoke: { zh: '撤销', en: 'take it back' },
} as const satisfies Record<string, Bilingual>;
export type ClaimAction = keyof typeof CLAIM_ACTIONS;

/** Who asks, as far as it matters to a claim. */
export interface Asker {
  own: boolean;
  reviews: boolean;
  confirms: boolean;
  personId: string | undefined;
}

/** What the student says. */
export interface ClaimForm {
  kind: string;
  title: string;
  note: string | null;
  credits: number;
  happenedOn: string;
}

/** What a student says they did outside of the school's activities, until it is confirmed by two. */
@Entity({ schema: 'affairs', name: 'second_classroom_claim' })
export class Claim extends BaseEntity {
  @Column('uuid')
  studentId: string;

  /** A code of the policy of activities. */
  @Column('text')
  kind: string;

  @Sealed()
  title: SealedText;

  @Sealed({ nullable: true })
  note: SealedText | null;

  /** As asked for, and from the college's approval on as granted. */
  @Column(NUMERIC)
  credits: number;

  @Column('date')
  happenedOn: string;

  /** Shared with activities and claims of the same work. */
  @Column('uuid')
  workId: string;

  @Column('text')
  status: ClaimStatus = 'submitted';

  @Column('uuid', { nullable: true })
  reviewedBy: string | null = null;

  /** Exclusive: the end of the last day of notice. */
  @Column('timestamptz', { nullable: true })
  noticeUntil: Date | null = null;

  @Column('boolean')
  provisional = false;

  /** The department that confirms it, from the college's approval on. */
  @Column('uuid', { nullable: true })
  departmentId: string | null = null;

  @Column('uuid', { nullable: true })
  confirmedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  confirmedAt: Date | null = null;

  /** Why it was returned, refused or taken back. */
  @Sealed({ nullable: true })
  answer: SealedText | null = null;

  static submit(studentId: string, form: ClaimForm, workId: string | undefined): Claim {
    const claim = Object.assign(new Claim(), { studentId, ...form });
    claim.workId = workId ?? claim.id;
    return claim;
  }

  /** Why something cannot be done with it now by who asks; undefined: it can. The one place that says so. */
  refusal(action: ClaimAction, by: Asker, now: Date): Problem | undefined {
    const status = (...allowed: ClaimStatus[]): Problem | undefined =>
      allowed.includes(this.status) ? undefined : new ClaimNotInState();
    const own = by.own ? undefined : new ClaimNotOwn();
    const reviews = by.reviews ? undefined : new ClaimNotYours();
    const confirms = by.confirms ? undefined : new ClaimNotYours();
    switch (action) {
      case 'change':
        return own ?? status('submitted', 'returned');
      case 'withdraw':
        return own ?? status('submitted', 'returned', 'notice');
      case 'approve':
      case 'return':
        return reviews ?? status('submitted');
      case 'refuse':
        return this.status === 'notice' ? confirms : (reviews ?? status('submitted'));
      case 'confirm':
        return (
          confirms ??
          status('notice') ??
          (now < this.noticeUntil! ? new NoticeNotOver() : undefined) ??
          (by.personId && by.personId === this.reviewedBy ? new TwoPeopleNeeded() : undefined)
        );
      case 'revoke':
        return confirms ?? status('confirmed');
    }
  }

  change(form: ClaimForm): void {
    Object.assign(this, form, { status: 'submitted' });
  }

  approve(
    by: string | undefined,
    granted: Pick<Claim, 'credits' | 'workId' | 'noticeUntil' | 'provisional' | 'departmentId'>,
  ): void {
    Object.assign(this, granted, { status: 'notice', reviewedBy: by ?? null });
  }

  confirm(by: string | undefined, now: Date): void {
    this.status = 'confirmed';
    this.confirmedBy = by ?? null;
    this.confirmedAt = now;
  }

  end(status: 'returned' | 'refused' | 'revoked' | 'withdrawn', answer: string | null): void {
    this.status = status;
    if (answer !== null) this.answer = answer;
  }
}
