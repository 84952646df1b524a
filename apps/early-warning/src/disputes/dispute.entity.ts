import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import {
  AskAgainTooLate,
  DisputeNeedsAnother,
  DisputeNotInState,
  DisputeNotYours,
  SecondLookUsed,
} from './disputes.problems.js';

export const DISPUTE_SUBJECTS = {
  warning: { zh: '一条预警', en: 'a warning' },
  observation: { zh: '某日某项指标的记录', en: 'what was observed on a day' },
} as const satisfies Record<string, Bilingual>;
export type DisputeSubject = keyof typeof DISPUTE_SUBJECTS;

export const DISPUTE_KINDS = {
  wrong_data: { zh: '记录有误', en: 'the record is wrong' },
  not_me: { zh: '不是本人', en: 'it was somebody else' },
  excused: { zh: '有正当理由', en: 'there was a good reason' },
  other: { zh: '其他', en: 'other' },
} as const satisfies Record<string, Bilingual>;
export type DisputeKind = keyof typeof DISPUTE_KINDS;

export const DISPUTE_STATUSES = {
  open: { zh: '待复核', en: 'open' },
  upheld: { zh: '异议成立，已更正', en: 'upheld: it was put right' },
  rejected: { zh: '异议不成立', en: 'rejected' },
  withdrawn: { zh: '本人撤回', en: 'withdrawn by the student' },
} as const satisfies Record<string, Bilingual>;
export type DisputeStatus = keyof typeof DISPUTE_STATUSES;

export const DISPUTE_ACTIONS = {
  uphold: { zh: '认定成立并更正', en: 'uphold it and put it right' },
  reject: { zh: '认定不成立，说明理由', en: 'reject it, with a reason' },
  withdraw: { zh: '撤回', en: 'withdraw it' },
  ask_again: { zh: '申请由他人再看一次', en: 'ask for a second look by somebody else' },
} as const satisfies Record<string, Bilingual>;
export type DisputeAction = keyof typeof DISPUTE_ACTIONS;

/** Who asks, as far as it matters. */
export interface DisputeAsker {
  /** The student, or an app that acts for them. */
  own: boolean;
  decides: boolean;
  personId: string | undefined;
}

/** What was observed on a day, put right. `value`: in the unit of the metric; null: there is no such record. */
export interface Correction {
  metric: string;
  day: string;
  value: number | null;
}

/** A student says that something recorded, or said, of them is wrong. What would follow from it waits until it is decided. */
@Entity({ schema: 'early_warning', name: 'dispute' })
export class Dispute extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('text')
  subject: DisputeSubject;

  @Column('uuid', { nullable: true })
  warningId: string | null = null;

  @Column('text', { nullable: true })
  metric: string | null = null;

  @Column('date', { nullable: true })
  day: string | null = null;

  @Column('text')
  kind: DisputeKind;

  @Sealed()
  text: SealedText;

  @Column('text')
  status: DisputeStatus = 'open';

  /** 2: somebody else looks once more. */
  @Column('int')
  round: 1 | 2 = 1;

  @Column('timestamptz')
  raisedAt: Date;

  /** By when it is to be decided. */
  @Column('timestamptz')
  dueAt: Date;

  /** The limit crossed a year whose working days are not known yet. */
  @Column('boolean')
  provisional: boolean;

  /** Who recorded the observation or triaged the warning, as known when it was decided. */
  @Column('text', { array: true })
  involved: string[] = [];

  @Column('uuid', { nullable: true })
  decidedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null = null;

  @Sealed({ nullable: true })
  answer: SealedText | null = null;

  /** Why the student asked for a second look. */
  @Sealed({ nullable: true })
  againText: SealedText | null = null;

  @Column('uuid', { nullable: true })
  againBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  againAt: Date | null = null;

  @Sealed({ nullable: true })
  againAnswer: SealedText | null = null;

  @Column('jsonb')
  corrections: Correction[] = [];

  @Column('int')
  policyNumber: number;

  /** Why something cannot be done with it now by who asks; undefined: it can. The one place that says so. `askBy`: last instant to ask again. */
  refusal(action: DisputeAction, by: DisputeAsker, now: Date, askBy: Date | null): Problem | undefined {
    const is = (...statuses: DisputeStatus[]): Problem | undefined =>
      statuses.includes(this.status) ? undefined : new DisputeNotInState();
    switch (action) {
      case 'uphold':
      case 'reject':
        if (!by.decides) return new DisputeNotYours();
        return is('open') ?? (this.mayDecide(by.personId) ? undefined : new DisputeNeedsAnother());
      case 'withdraw':
        return by.own ? is('open') : new DisputeNotYours();
      case 'ask_again':
        if (!by.own) return new DisputeNotYours();
        if (this.status === 'rejected' && this.round === 2) return new SecondLookUsed();
        return is('rejected') ?? (askBy !== null && now > askBy ? new AskAgainTooLate() : undefined);
    }
  }

  /** Not an app, not who is concerned, and not who has decided it before. */
  private mayDecide(personId: string | undefined): boolean {
    if (personId === undefined || personId === this.studentId || this.involved.includes(personId)) return false;
    return this.round === 1 || personId !== this.decidedBy;
  }

  decide(status: 'upheld' | 'rejected', by: string, answer: string, now: Date): void {
    this.status = status;
    if (this.round === 1) Object.assign(this, { decidedBy: by, decidedAt: now, answer });
    else Object.assign(this, { againBy: by, againAt: now, againAnswer: answer });
  }

  askAgain(text: string, dueAt: Date, provisional: boolean): void {
    Object.assign(this, { status: 'open', round: 2, againText: text, dueAt, provisional });
  }
}
