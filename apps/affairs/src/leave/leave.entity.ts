import { Column, Entity } from 'typeorm';
import type { Bilingual, LeaveKind } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import { LeaveAlreadyBegun, LeaveExpired, LeaveNotBegun, LeaveNotInState } from './leave.problems.js';

export const LEAVE_STATUSES = {
  submitted: { zh: '审批中', en: 'awaiting decisions' },
  returned: { zh: '退回补正', en: 'returned for correction' },
  approved: { zh: '已批准', en: 'approved' },
  rejected: { zh: '未批准', en: 'rejected' },
  withdrawn: { zh: '已撤回', en: 'withdrawn before it was decided' },
  cancelled: { zh: '已撤销', en: 'cancelled after approval, before it began' },
  closed: { zh: '已销假', en: 'closed' },
} as const satisfies Record<string, Bilingual>;
export type LeaveStatus = keyof typeof LEAVE_STATUSES;

export const CLOSED_HOW = {
  gate: { zh: '门禁自动销假', en: 'the gate saw the return' },
  self: { zh: '本人销假', en: 'the student reported the return' },
  staff: { zh: '工作人员销假', en: 'staff recorded the return' },
  late: { zh: '逾期未销假', en: 'overdue: no return known in time' },
} as const satisfies Record<string, Bilingual>;
export type ClosedHow = keyof typeof CLOSED_HOW;

/** What can be done with a leave beside its approval. */
export const LEAVE_OPERATIONS = {
  cancel: { zh: '撤销', en: 'cancelled' },
  extend: { zh: '申请续假', en: 'asked for an extension' },
  attach: { zh: '补交材料', en: 'handed papers in' },
  close: { zh: '销假', en: 'closed' },
} as const satisfies Record<string, Bilingual>;
export type LeaveOperation = keyof typeof LEAVE_OPERATIONS;

/** What somebody asks for. */
export interface LeaveRequest {
  kind: LeaveKind;
  startsAt: Date;
  /** Exclusive. */
  endsAt: Date;
  reason: string;
  destination: string;
  contact: string | null;
  urgent: boolean;
}

/** A student's leave, from the request to the return. Reason, destination, contact and proofs never leave by event. */
@Entity({ name: 'leave', schema: 'affairs' })
export class Leave extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('text')
  kind: LeaveKind;

  @Column('text')
  status: LeaveStatus = 'submitted';

  @Column('timestamptz')
  startsAt: Date;

  /** The end that counts: the planned one, or the return when that is earlier. Exclusive. */
  @Column('timestamptz')
  endsAt: Date;

  /** The end that was asked for, and approved. */
  @Column('timestamptz')
  plannedEndsAt: Date;

  @Sealed()
  reason: SealedText;

  @Sealed()
  destination: SealedText;

  @Sealed({ nullable: true })
  contact: SealedText | null;

  @Column('boolean')
  urgent: boolean;

  /** An urgent leave's proof that is still to be handed in. */
  @Column('boolean')
  proofPending: boolean;

  /** The person who asked; null when an app did so by itself. */
  @Column('uuid', { nullable: true })
  submittedBy: string | null;

  /** The app through which, or which by itself. */
  @Column('text')
  submittedByApp: string;

  /** The group leave that it is a part of: it was decided on as a whole, and has no case of its own. */
  @Column('uuid', { nullable: true })
  groupId: string | null = null;

  /** The case that decides on it, or on its extension; the latest of them. */
  @Column('uuid', { nullable: true })
  workflowId: string | null = null;

  /** How often it was returned for correction; 0 = done at the first go (一次办结). */
  @Column('int')
  returnedCount = 0;

  /** An extension that awaits its decision. */
  @Column('timestamptz', { nullable: true })
  extensionEndsAt: Date | null = null;

  @Sealed({ nullable: true })
  extensionReason: SealedText | null = null;

  /** The return must be known by then; set on approval. */
  @Column('timestamptz', { nullable: true })
  returnBy: Date | null = null;

  /** What student or staff say about the return. */
  @Column('timestamptz', { nullable: true })
  declaredReturnAt: Date | null = null;

  @Column('text', { nullable: true })
  declaredHow: 'self' | 'staff' | null = null;

  /** What the gate says about it. */
  @Column('timestamptz', { nullable: true })
  gateReturnAt: Date | null = null;

  /** When it was found that nobody knew of a return in time. */
  @Column('timestamptz', { nullable: true })
  overdueAt: Date | null = null;

  @Column('text', { nullable: true })
  closedHow: ClosedHow | null = null;

  @Column('timestamptz', { nullable: true })
  returnedAt: Date | null = null;

  static submit(
    studentId: string,
    request: LeaveRequest,
    proofPending: boolean,
    by: { personId?: string | undefined; app: string },
  ): Leave {
    const leave = new Leave();
    leave.studentId = studentId;
    leave.submittedBy = by.personId ?? null;
    leave.submittedByApp = by.app;
    leave.take(request, proofPending);
    return leave;
  }

  /** Throws LeaveNotInState for any other status. */
  assertStatus(...statuses: LeaveStatus[]): void {
    if (!statuses.includes(this.status)) throw this.notInState();
  }

  /** Hands in a corrected request after a return: a new round of decisions. */
  resubmit(request: LeaveRequest, proofPending: boolean): void {
    this.assertStatus('returned');
    this.take(request, proofPending);
    this.status = 'submitted';
  }

  /** Counts from now on; with a pending extension it lasts longer from now on. */
  approve(returnBy: Date): void {
    this.status = 'approved';
    this.returnBy = returnBy;
    if (this.extensionEndsAt) this.plannedEndsAt = this.extensionEndsAt;
    this.dropExtension();
    this.settle();
  }

  /** A rejected extension leaves the leave as it was. */
  reject(): void {
    if (this.status === 'approved') this.dropExtension();
    else this.status = 'rejected';
  }

  returnForCorrection(): void {
    this.assertStatus('submitted');
    this.status = 'returned';
    this.returnedCount++;
  }

  /** The return was taken back before the student saw to it. */
  takeReturnBack(): void {
    this.assertStatus('returned');
    this.status = 'submitted';
    this.returnedCount--;
  }

  /** The correction was taken back before anybody decided. */
  takeCorrectionBack(): void {
    this.assertStatus('submitted');
    this.status = 'returned';
  }

  /** Takes back what is not decided yet: the request, or the extension. */
  withdraw(): void {
    if (this.extensionEndsAt) return this.dropExtension();
    this.assertStatus('submitted', 'returned');
    this.status = 'withdrawn';
  }

  /** Why something of its own cannot be done with it now; undefined: it can. `how`: by whom a return is reported. */
  refusal(what: LeaveOperation, how: 'self' | 'staff', now: Date): Problem | undefined {
    const { status, startsAt, plannedEndsAt } = this;
    switch (what) {
      case 'attach':
        return ['rejected', 'withdrawn', 'cancelled'].includes(status) ? this.notInState() : undefined;
      case 'cancel':
        if (status !== 'approved') return this.notInState();
        return now >= startsAt ? new LeaveAlreadyBegun() : undefined;
      case 'extend':
        if (status !== 'approved' || this.extensionEndsAt) return this.notInState();
        return now >= plannedEndsAt ? new LeaveExpired() : undefined;
      case 'close': {
        const correctable = how === 'staff' ? status === 'closed' : this.closedHow === 'late';
        if (status !== 'approved' && !correctable) return this.notInState();
        return now < startsAt ? new LeaveNotBegun() : undefined;
      }
    }
  }

  cancel(now: Date): void {
    this.mustAllow('cancel', 'staff', now);
    this.status = 'cancelled';
  }

  /** Asks for a later end, before the present one has passed. */
  extend(endsAt: Date, reason: string, now: Date): void {
    this.mustAllow('extend', 'staff', now);
    this.extensionEndsAt = endsAt;
    this.extensionReason = reason;
  }

  /** Proofs come to it. */
  takeProofs(now: Date): void {
    this.mustAllow('attach', 'staff', now);
    this.proofPending = false;
  }

  /** The student reports the return, of an overdue leave too; staff also correct what is known of it by then. */
  declareReturn(how: 'self' | 'staff', at: Date): void {
    this.mustAllow('close', how, at);
    this.declaredHow = how;
    this.declaredReturnAt = at;
    this.settle();
  }

  /** What the gate knows by now; undefined = no return. Returns whether it changes the leave. */
  recordGateReturn(at: Date | undefined): boolean {
    if (this.gateReturnAt?.getTime() === at?.getTime()) return false;
    this.gateReturnAt = at ?? null;
    if (this.status === 'approved' || this.status === 'closed') this.settle();
    return true;
  }

  /**
   * Status, return and end, from what is known and not from the order it became known in: what staff say stands, else the
   * earlier of gate and student, else that it is overdue.
   */
  private settle(): void {
    const gateFirst = this.gateReturnAt && (!this.declaredReturnAt || this.gateReturnAt <= this.declaredReturnAt);
    if (this.declaredHow === 'staff') this.closedHow = 'staff';
    else if (gateFirst) this.closedHow = 'gate';
    else if (this.declaredHow === 'self') this.closedHow = 'self';
    else this.closedHow = this.overdueAt ? 'late' : null;
    this.status = this.closedHow ? 'closed' : 'approved';
    this.returnedAt = this.closedHow === 'gate' ? this.gateReturnAt : this.declaredReturnAt;
    this.endsAt = this.returnedAt && this.returnedAt < this.plannedEndsAt ? this.returnedAt : this.plannedEndsAt;
  }

  private take(request: LeaveRequest, proofPending: boolean): void {
    Object.assign(this, request, { plannedEndsAt: request.endsAt, proofPending });
  }

  private dropExtension(): void {
    this.extensionEndsAt = null;
    this.extensionReason = null;
  }

  private mustAllow(what: LeaveOperation, how: 'self' | 'staff', now: Date): void {
    const problem = this.refusal(what, how, now);
    if (problem) throw problem;
  }

  notInState(): Problem {
    return new LeaveNotInState({ params: { status: this.status } });
  }
}
