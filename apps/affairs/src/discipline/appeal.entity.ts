import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { addDays } from '#time';
import { Sealed, type SealedText } from '#vault';
import type { DisciplinePolicy } from './discipline.policy.js';
import {
  AppealExtended,
  AppealMemberNeeded,
  AppealNotDecided,
  AppealNotWaiting,
  AppealOfOwnDecision,
  AppealOpinionGiven,
  AppealOpinionMissing,
  SanctionDateWrong,
  SanctionNotKept,
  SanctionNotOwn,
} from './discipline.problems.js';
import type { Sanction, SanctionKind } from './sanction.entity.js';

export const APPEAL_OUTCOMES = {
  upheld: { zh: '维持原处分', en: 'the sanction stands' },
  changed: { zh: '变更处分', en: 'the sanction becomes a milder one' },
  revoked: { zh: '撤销处分', en: 'the sanction is revoked' },
} as const satisfies Record<string, Bilingual>;
export type AppealOutcome = keyof typeof APPEAL_OUTCOMES;

export const APPEAL_STATUSES = {
  waiting: { zh: '复查中', en: 'waits for a decision' },
  withdrawn: { zh: '已撤回', en: 'withdrawn by the student' },
  ...APPEAL_OUTCOMES,
} as const satisfies Record<string, Bilingual>;
export type AppealStatus = keyof typeof APPEAL_STATUSES;

export const APPEAL_ACTIONS = {
  withdraw: { zh: '撤回', en: 'withdraw it' },
  extend: { zh: '延长期限', en: 'extend the time' },
  deliver: { zh: '登记复查结论送达', en: 'record that the conclusion was delivered' },
  decide: { zh: '作出复查结论，或作为委员表态', en: 'decide on it, or say as a member what it is to come to' },
  take_back: { zh: '收回表态', en: 'take back what one said' },
} as const satisfies Record<string, Bilingual>;
export type AppealAction = keyof typeof APPEAL_ACTIONS;

/** Who asks, as far as it matters to an appeal. */
export interface AppealAsker {
  own: boolean;
  /** May decide on appeals, of the whole school. */
  decides: boolean;
  personId: string | undefined;
  /** Has said what they think, as a member of the committee. */
  given: boolean;
}

/** A student's appeal (申诉) to the school's committee against a sanction. */
@Entity({ schema: 'affairs', name: 'sanction_appeal' })
export class SanctionAppeal extends BaseEntity {
  @Column('uuid')
  sanctionId: string;

  @Column('uuid')
  studentId: string;

  @Column('text')
  status: AppealStatus = 'waiting';

  /** In the student's words. Of others, those who decide alone see it. */
  @Sealed()
  text: SealedText;

  @Column('date')
  appealedOn: string;

  /** The last day to decide. */
  @Column('date')
  dueOn: string;

  @Column('boolean')
  extended = false;

  @Column('date', { nullable: true })
  decidedOn: string | null = null;

  /** The student has got the conclusion: from that day the time to go to the province runs. */
  @Column('date', { nullable: true })
  conclusionDeliveredOn: string | null = null;

  /** The last day on which the student may go to the province; null: no conclusion was delivered. */
  @Column('date', { nullable: true })
  provinceUntil: string | null = null;

  @Sealed({ nullable: true })
  conclusion: SealedText | null = null;

  /** What the sanction was before it was changed. */
  @Column('text', { nullable: true })
  kindBefore: SanctionKind | null = null;

  @Column('int', { nullable: true })
  monthsBefore: number | null = null;

  /** Who recorded the sanction: somebody else decides, the table sees to it. */
  @Column('uuid', { nullable: true })
  recordedBy: string | null;

  @Column('uuid', { nullable: true })
  decidedBy: string | null = null;

  static make(
    { id: sanctionId, studentId, recordedBy }: Sanction,
    text: string,
    policy: DisciplinePolicy,
    today: string,
  ) {
    return Object.assign(new SanctionAppeal(), {
      ...{ sanctionId, studentId, recordedBy, text, appealedOn: today, dueOn: addDays(today, policy.decideDays) },
    });
  }

  /** Why something cannot be done with it today by who asks; undefined: it can. The one place that says so. */
  refusal(
    action: AppealAction,
    by: AppealAsker,
    { extensionDays }: DisciplinePolicy,
    today: string,
  ): Problem | undefined {
    const waits = this.status === 'waiting' ? undefined : new AppealNotWaiting();
    if (action === 'withdraw') return by.own ? waits : new SanctionNotOwn();
    if (!by.decides) return new SanctionNotKept();
    if (action === 'deliver') return this.decidedOn === null ? new AppealNotDecided() : undefined;
    if (action === 'extend')
      return waits ?? (this.extended || extensionDays === 0 || today > this.dueOn ? new AppealExtended() : undefined);
    if (action === 'take_back') return waits ?? (by.given ? undefined : new AppealOpinionMissing());
    const same = by.personId !== undefined && by.personId === this.recordedBy;
    if (waits || same) return waits ?? new AppealOfOwnDecision();
    if (by.personId === undefined) return new AppealMemberNeeded();
    return by.given ? new AppealOpinionGiven() : undefined;
  }

  withdraw(): void {
    this.status = 'withdrawn';
  }

  extend({ extensionDays }: DisciplinePolicy): void {
    this.dueOn = addDays(this.dueOn, extensionDays);
    this.extended = true;
  }

  decide(outcome: AppealOutcome, conclusion: string, by: string, today: string): void {
    this.status = outcome;
    this.conclusion = conclusion;
    this.decidedBy = by;
    this.decidedOn = today;
  }

  /** What was said before of the delivery no longer holds. Throws SanctionDateWrong (422). */
  deliver(on: string, { provinceDays }: DisciplinePolicy, today: string): void {
    if (on > today || on < this.decidedOn!) throw new SanctionDateWrong({ pointer: '#/deliveredOn' });
    this.conclusionDeliveredOn = on;
    this.provinceUntil = addDays(on, provinceDays);
  }
}
