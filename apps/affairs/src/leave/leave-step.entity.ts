import { Column, Entity } from 'typeorm';
import type { AppointmentKind, Bilingual, UnitKind } from '#contracts';
import { BaseEntity } from '#database';
import type { LeaveApprover } from './leave.policy.js';

export const STEP_DECISIONS = {
  pending: { zh: '待审批', en: 'not decided yet' },
  approved: { zh: '同意', en: 'approved' },
  rejected: { zh: '不同意', en: 'rejected' },
  returned: { zh: '退回补正', en: 'returned for correction' },
} as const satisfies Record<string, Bilingual>;
export type StepDecision = keyof typeof STEP_DECISIONS;

/** One decision of a leave's chain. Who may make it is found when it is made, from the appointments of that day. */
@Entity({ name: 'leave_step', schema: 'affairs' })
export class LeaveStep extends BaseEntity {
  @Column('uuid')
  leaveId: string;

  @Column('int')
  round: number;

  /** From 1; decided in this order. */
  @Column('int')
  position: number;

  @Column('text')
  kind: AppointmentKind;

  /** Kind of the unit the post must be over; null = any. */
  @Column('text', { nullable: true })
  unitKind: UnitKind | null;

  /** The version of policy `affairs.leave` that asks for this step. */
  @Column('int')
  policyVersion: number;

  @Column('text')
  decision: StepDecision = 'pending';

  @Column('uuid', { nullable: true })
  decidedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null = null;

  @Column('text', { nullable: true })
  comment: string | null = null;

  static chain(
    leaveId: string,
    round: number,
    approvers: readonly LeaveApprover[],
    policyVersion: number,
  ): LeaveStep[] {
    return approvers.map(({ kind, unitKind = null }, i) =>
      Object.assign(new LeaveStep(), { leaveId, round, position: i + 1, kind, unitKind, policyVersion }),
    );
  }

  decide(decision: StepDecision, by: string, comment: string | null): void {
    this.decision = decision;
    this.decidedBy = by;
    this.decidedAt = new Date();
    this.comment = comment;
  }
}
