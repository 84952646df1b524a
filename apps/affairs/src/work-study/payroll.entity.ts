import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { PayrollClosed } from './work-study.problems.js';

export const PAYROLL_STATUSES = {
  draft: { zh: '待锁定', en: 'worked out, not closed' },
  closed: { zh: '已锁定', en: 'closed: it never changes any more' },
  discarded: { zh: '已作废', en: 'discarded before it was closed' },
} as const satisfies Record<string, Bilingual>;
export const PAYROLL_ACTIONS = {
  recompute: { zh: '重新计算', en: 'work it out anew' },
  close: { zh: '锁定', en: 'close it' },
  discard: { zh: '作废', en: 'discard it' },
} as const satisfies Record<string, Bilingual>;
export type PayrollAction = keyof typeof PAYROLL_ACTIONS;

/** What a unit pays for a month: the first of it, and those after it that correct. */
@Entity({ schema: 'affairs', name: 'payroll' })
export class Payroll extends BaseEntity {
  @Column('uuid')
  unitId: string;

  /** YYYY-MM. */
  @Column('text')
  month: string;

  /** From 1, of the unit and month. */
  @Column('int')
  number: number;

  @Column('text')
  status: keyof typeof PAYROLL_STATUSES = 'draft';

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null = null;

  /** Why something cannot be done with it. The one place that says so. */
  refusal(_action: PayrollAction): Problem | undefined {
    return this.status === 'draft' ? undefined : new PayrollClosed();
  }
}

/** One student's pay in one post, or what takes a row of an earlier payroll back. */
@Entity({ schema: 'affairs', name: 'payroll_line' })
export class PayrollLine extends BaseEntity {
  @Column('uuid')
  payrollId: string;

  @Column('uuid')
  studentId: string;

  @Column('uuid')
  postId: string;

  /** Below zero where it reverses. */
  @Column('int')
  minutes: number;

  @Column('int')
  hourlyFen: number;

  @Column('int')
  amountFen: number;

  @Column('uuid', { nullable: true })
  reverses: string | null;
}
