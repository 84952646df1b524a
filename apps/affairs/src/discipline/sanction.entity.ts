import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { addDays, addMonths } from '#time';
import { Sealed, type SealedText } from '#vault';
import type { DisciplinePolicy } from './discipline.policy.js';
import {
  AppealTooLate,
  SanctionDateWrong,
  SanctionNotInState,
  SanctionNotKept,
  SanctionNotOwn,
  SanctionTermWrong,
} from './discipline.problems.js';

/** Kinds of sanctions (处分), the mildest first: 《普通高等学校学生管理规定》 (教育部令第41号), art. 51. */
export const SANCTION_KINDS = {
  warning: { zh: '警告', en: 'warning' },
  serious_warning: { zh: '严重警告', en: 'serious warning' },
  demerit: { zh: '记过', en: 'demerit' },
  probation: { zh: '留校察看', en: 'probation' },
  expulsion: { zh: '开除学籍', en: 'expulsion' },
} as const satisfies Record<string, Bilingual>;
export type SanctionKind = keyof typeof SANCTION_KINDS;

export const SANCTION_STATUSES = {
  decided: { zh: '已决定，待送达', en: 'decided, not yet delivered' },
  in_force: { zh: '生效中', en: 'in force' },
  expired: { zh: '期满', en: 'its term is over' },
  lifted: { zh: '已解除', en: 'lifted' },
  revoked: { zh: '已撤销', en: 'revoked: it never counted' },
  overturned: { zh: '经申诉撤销', en: 'revoked on appeal: it never counted' },
} as const satisfies Record<string, Bilingual>;
export type SanctionStatus = keyof typeof SANCTION_STATUSES;

/** How a sanction ended before its term, or for good. */
export type SanctionEnd = 'lifted' | 'revoked' | 'overturned';

export const SANCTION_ACTIONS = {
  deliver: { zh: '登记送达', en: 'record that it was delivered' },
  lift: { zh: '解除', en: 'lift it' },
  revoke: { zh: '撤销', en: 'revoke it' },
  restore: { zh: '收回解除或撤销', en: 'take back that it was lifted or revoked' },
  appeal: { zh: '申诉', en: 'appeal against it' },
} as const satisfies Record<string, Bilingual>;
export type SanctionAction = keyof typeof SANCTION_ACTIONS;

/** Who asks, as far as it matters to a sanction. */
export interface SanctionAsker {
  own: boolean;
  /** Of the student affairs office of the school. */
  keeps: boolean;
}

/** A sanction against a student, as it was decided. */
@Entity({ schema: 'affairs', name: 'sanction' })
export class Sanction extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('text')
  kind: SanctionKind;

  @Column('date')
  decidedOn: string;

  /** Null: its student has not got it yet, so it bars nothing, and no time runs. */
  @Column('date', { nullable: true })
  deliveredOn: string | null = null;

  /** The notice said that, and until when, one may appeal. */
  @Column('boolean')
  appealTold = true;

  /** From the decision on; null for an expulsion. */
  @Column('int', { nullable: true })
  months: number | null;

  /** Exclusive. */
  @Column('date', { nullable: true })
  until: string | null;

  /** What it is for, and by which rule. */
  @Sealed()
  grounds: SealedText;

  @Column('text', { nullable: true })
  ended: SanctionEnd | null = null;

  @Column('date', { nullable: true })
  endedOn: string | null = null;

  @Sealed({ nullable: true })
  endReason: SealedText | null = null;

  /** The version of the policy whose terms it runs by; 0: the default. */
  @Column('int')
  policyNumber: number;

  @Column('uuid', { nullable: true })
  recordedBy: string | null;

  @Column('text')
  recordedByApp: string;

  static record(
    values: Pick<Sanction, 'studentId' | 'kind' | 'decidedOn' | 'grounds' | 'recordedBy' | 'recordedByApp'> & {
      months: number | null;
    },
    policy: { value: DisciplinePolicy; number: number },
    today: string,
  ): Sanction {
    if (values.decidedOn > today) throw new SanctionDateWrong({ pointer: '#/decidedOn' });
    const sanction = Object.assign(new Sanction(), { ...values, policyNumber: policy.number });
    sanction.setTerm(values.kind, values.months, policy.value);
    return sanction;
  }

  /** Its kind, and how long it lasts. Throws SanctionTermWrong (422). */
  setTerm(kind: SanctionKind, months: number | null, policy: DisciplinePolicy): void {
    checkTerm(kind, months, policy);
    this.kind = kind;
    this.months = months;
    this.until = months === null ? null : addMonths(this.decidedOn, months);
  }

  statusOn(today: string): SanctionStatus {
    if (this.ended) return this.ended;
    if (!this.deliveredOn) return 'decided';
    return this.until !== null && this.until <= today ? 'expired' : 'in_force';
  }

  /** The last day on which one may appeal; null: it was not delivered. */
  appealUntil({ appealDays, silentMonths }: DisciplinePolicy): string | null {
    if (!this.deliveredOn) return null;
    return this.appealTold ? addDays(this.deliveredOn, appealDays) : addMonths(this.deliveredOn, silentMonths);
  }

  /** Why something cannot be done with it today by who asks; undefined: it can. The one place that says so. */
  refusal(action: SanctionAction, by: SanctionAsker, policy: DisciplinePolicy, today: string): Problem | undefined {
    const own = by.own ? undefined : new SanctionNotOwn();
    const kept = by.keeps ? undefined : new SanctionNotKept();
    const notInState = (wrong: boolean): Problem | undefined => (wrong ? new SanctionNotInState() : undefined);
    switch (action) {
      case 'deliver':
        return kept ?? notInState(this.ended !== null);
      case 'lift':
        // Also when its term is over: schools lift it then, by their own procedure.
        return kept ?? notInState(this.ended !== null || this.deliveredOn === null);
      case 'revoke':
        return kept ?? notInState(this.voided());
      case 'restore':
        return kept ?? notInState(this.ended !== 'lifted' && this.ended !== 'revoked');
      case 'appeal': {
        const until = this.appealUntil(policy);
        if (own ?? notInState(until === null || this.voided())) return own ?? new SanctionNotInState();
        return today > until! ? new AppealTooLate({ params: { until: until! } }) : undefined;
      }
    }
  }

  /** What was said before of the delivery no longer holds. */
  deliver(on: string, appealTold: boolean, today: string): void {
    if (on > today || on < this.decidedOn) throw new SanctionDateWrong({ pointer: '#/deliveredOn' });
    this.deliveredOn = on;
    this.appealTold = appealTold;
  }

  end(how: SanctionEnd, reason: string | null, today: string): void {
    this.ended = how;
    this.endedOn = today;
    this.endReason = reason;
  }

  restore(): void {
    this.ended = null;
    this.endedOn = null;
    this.endReason = null;
  }

  private voided(): boolean {
    return this.ended === 'revoked' || this.ended === 'overturned';
  }
}

/** Throws SanctionTermWrong (422) where a kind of sanction does not last so long. */
export function checkTerm(
  kind: SanctionKind,
  months: number | null,
  { leastMonths: least, mostMonths: most }: DisciplinePolicy,
): void {
  const fits = kind === 'expulsion' ? months === null : months !== null && months >= least && months <= most;
  if (!fits) throw new SanctionTermWrong({ pointer: '#/months', params: { least, most } });
}

/** Is what is given less than what a sanction has: a milder kind, or the same for less time? */
export function isMilder(sanction: Sanction, kind: SanctionKind, months: number | null): boolean {
  const rank = (one: SanctionKind): number => Object.keys(SANCTION_KINDS).indexOf(one);
  if (rank(kind) !== rank(sanction.kind)) return rank(kind) < rank(sanction.kind);
  return months !== null && sanction.months !== null && months < sanction.months;
}
