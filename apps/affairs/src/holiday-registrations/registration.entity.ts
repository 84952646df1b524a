import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import type { HolidayCampaign, HolidayDestination } from './campaign.entity.js';
import {
  HolidayCampaignNotOpen,
  HolidayNotBegun,
  OutsideRegistration,
  RegistrationNotInState,
  RegistrationNotKept,
  RegistrationNotOwn,
} from './holiday.problems.js';

export const REGISTRATION_STATUSES = {
  submitted: { zh: '待辅导员同意', en: 'waits for the counselor' },
  approved: { zh: '已登记', en: 'counts' },
  rejected: { zh: '未同意，请改登记', en: 'refused: to be changed' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
} as const satisfies Record<string, Bilingual>;
export type RegistrationStatus = keyof typeof REGISTRATION_STATUSES;

export const RETURN_SOURCES = {
  student: { zh: '本人报告', en: 'the student' },
  staff: { zh: '工作人员登记', en: 'staff' },
  gate: { zh: '门禁记录', en: 'a pass through the gate' },
} as const satisfies Record<string, Bilingual>;
export type ReturnSource = keyof typeof RETURN_SOURCES;

export const REGISTRATION_ACTIONS = {
  change: { zh: '修改', en: 'change it' },
  withdraw: { zh: '撤回', en: 'withdraw it' },
  approve: { zh: '同意', en: 'agree' },
  reject: { zh: '不同意', en: 'refuse' },
  take_back: { zh: '收回决定', en: 'take back what was decided' },
  report_return: { zh: '报告返校', en: 'report the return' },
  undo_return: { zh: '更正：尚未返校', en: 'correct: not back yet' },
} as const satisfies Record<string, Bilingual>;
export type RegistrationAction = keyof typeof REGISTRATION_ACTIONS;

/** Who asks, as far as it matters to a registration. */
export interface RegistrationAsker {
  own: boolean;
  /** Answers for the student. */
  keeps: boolean;
}

/** What a student registers. */
export interface RegistrationForm {
  region: string | null;
  address: string | null;
  contact: string | null;
  note: string | null;
  leavesAt: Date | null;
  returnsAt: Date | null;
  guardianTold: boolean | null;
  keepsBed: boolean | null;
}

/** From when to when a student is away. */
export interface Absence {
  startsAt: Date;
  /** Exclusive. */
  endsAt: Date;
}

/** Where a student will be over a holiday. What it says of places and people never leaves by event. */
@Entity({ schema: 'affairs', name: 'holiday_registration' })
export class HolidayRegistration extends BaseEntity {
  @Column('uuid')
  campaignId: string;

  @Column('uuid')
  studentId: string;

  /** Code of the destination in the campaign. */
  @Column('text')
  destination: string;

  @Column('boolean')
  away: boolean;

  @Column('text')
  status: RegistrationStatus;

  /** When the student leaves and means to be back; where it is not asked, the whole holiday. Null for who stays. */
  @Column('timestamptz', { nullable: true })
  leavesAt: Date | null;

  @Column('timestamptz', { nullable: true })
  returnsAt: Date | null;

  @Column('boolean', { nullable: true })
  guardianTold: boolean | null;

  @Column('boolean', { nullable: true })
  keepsBed: boolean | null;

  @Sealed({ nullable: true })
  region: SealedText | null;

  @Sealed({ nullable: true })
  address: SealedText | null;

  @Sealed({ nullable: true })
  contact: SealedText | null;

  @Sealed({ nullable: true })
  note: SealedText | null;

  /** Why it was refused. */
  @Sealed({ nullable: true })
  reason: SealedText | null = null;

  /** Whoever answers for the student has registered what they said. */
  @Column('boolean')
  onBehalf: boolean;

  /** Who has decided: a person's id, or the client id of an app. */
  @Column('text', { nullable: true })
  decidedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null = null;

  @Column('timestamptz', { nullable: true })
  returnedAt: Date | null = null;

  /** By whose word. */
  @Column('text', { nullable: true })
  returnedHow: ReturnSource | null = null;

  /** The pass that showed it; of returns by the gate. */
  @Column('uuid', { nullable: true })
  returnPassId: string | null = null;

  /** A pass that staff say was not the return. */
  @Column('uuid', { nullable: true })
  refutedPassId: string | null = null;

  static of(campaignId: string, studentId: string): HolidayRegistration {
    return Object.assign(new HolidayRegistration(), { campaignId, studentId });
  }

  /** Takes what is registered; a decision on what it said before does not carry over. */
  take(campaign: HolidayCampaign, destination: HolidayDestination, form: RegistrationForm, onBehalf: boolean): void {
    const { code, away, approval } = destination;
    Object.assign(this, form, {
      ...{ destination: code, away, onBehalf, status: approval ? 'submitted' : 'approved' },
      leavesAt: away ? (form.leavesAt ?? campaign.startsAt) : null,
      returnsAt: away ? (form.returnsAt ?? campaign.endsAt) : null,
      ...{ reason: null, decidedBy: null, decidedAt: null },
    });
    this.setReturn(null, null);
  }

  /** Why something cannot be done with it now by who asks; undefined: it can. The one place that says so. */
  refusal(
    action: RegistrationAction,
    by: RegistrationAsker,
    campaign: HolidayCampaign,
    now: Date,
    today: string,
  ): Problem | undefined {
    if (campaign.status !== 'open') return new HolidayCampaignNotOpen();
    const { status, away, returnedAt, returnedHow, leavesAt } = this;
    switch (action) {
      case 'change':
        return this.writeRefusal(by, status !== 'withdrawn' && !returnedAt, campaign, today);
      case 'withdraw':
        return this.writeRefusal(by, status !== 'withdrawn' && !returnedAt, campaign, today);
      case 'approve':
      case 'reject':
        return this.keptRefusal(by, status === 'submitted');
      case 'take_back':
        return this.keptRefusal(by, this.decidedAt !== null && status !== 'withdrawn' && !returnedAt);
      case 'report_return':
        if (!by.own && !by.keeps) return new RegistrationNotOwn();
        if (status !== 'approved' || !away || returnedAt) return new RegistrationNotInState();
        return leavesAt && now < leavesAt ? new HolidayNotBegun() : undefined;
      case 'undo_return':
        if (!by.own && !by.keeps) return new RegistrationNotOwn();
        if (!returnedAt) return new RegistrationNotInState();
        // What the gate saw is corrected by staff, as with leave.
        return returnedHow === 'gate' && !by.keeps ? new RegistrationNotKept() : undefined;
    }
  }

  decide(status: 'approved' | 'rejected', reason: string | null, by: string, now: Date): void {
    Object.assign(this, { status, reason, decidedBy: by, decidedAt: now });
  }

  /** As it was before anybody decided. */
  takeBack(): void {
    Object.assign(this, { status: 'submitted', reason: null, decidedBy: null, decidedAt: null });
  }

  reportReturn(at: Date, how: 'student' | 'staff'): void {
    this.setReturn(at, how);
  }

  /** The student is not back yet; a pass that said so counts no more. */
  undoReturn(): void {
    this.refutedPassId = this.returnPassId ?? this.refutedPassId;
    this.setReturn(null, null);
  }

  /** The return by the gate, as far as it is known; undefined: none. What people said stands. Returns whether something has changed. */
  recordGateReturn(pass: { passId: string; at: Date } | undefined): boolean {
    if (this.returnedHow !== null && this.returnedHow !== 'gate') return false;
    if (this.returnPassId === (pass?.passId ?? null) && this.returnedAt?.getTime() === pass?.at.getTime()) return false;
    this.setReturn(pass?.at ?? null, pass ? 'gate' : null, pass?.passId);
    return true;
  }

  private setReturn(at: Date | null, how: ReturnSource | null, passId: string | null = null): void {
    Object.assign(this, { returnedAt: at, returnedHow: how, returnPassId: passId });
  }

  /** From when to when it excuses the student; undefined: it does not. */
  get absence(): Absence | undefined {
    const { away, status, leavesAt: startsAt, returnsAt, returnedAt } = this;
    if (!away || status !== 'approved' || !startsAt || !returnsAt) return undefined;
    const endsAt = returnedAt && returnedAt < returnsAt ? returnedAt : returnsAt;
    return startsAt < endsAt ? { startsAt, endsAt } : undefined;
  }

  /** Students write within the window of registration; whoever answers for them as long as the campaign is open. */
  private writeRefusal(
    by: RegistrationAsker,
    inState: boolean,
    campaign: HolidayCampaign,
    today: string,
  ): Problem | undefined {
    if (!by.own && !by.keeps) return new RegistrationNotOwn();
    return (
      (by.keeps ? undefined : outsideWindow(campaign, today)) ?? (inState ? undefined : new RegistrationNotInState())
    );
  }

  private keptRefusal({ keeps }: RegistrationAsker, inState: boolean): Problem | undefined {
    if (!keeps) return new RegistrationNotKept();
    return inState ? undefined : new RegistrationNotInState();
  }
}

/** Why students cannot register on a day; undefined: they can. */
export function outsideWindow({ opensOn: from, closesOn: to }: HolidayCampaign, today: string): Problem | undefined {
  return today < from || today > to ? new OutsideRegistration({ params: { from, to } }) : undefined;
}
