import { LEAVE_KINDS, type LeaveKind } from '#contracts';
import { Decimal, Int, ListOf, OneOf } from '#fields';
import { LEAVE_STATUSES, type LeaveStatus } from './leave.entity.js';

class LeaveCountDto {
  @OneOf(LEAVE_STATUSES, { zh: '状态', en: 'Status', example: 'closed' })
  status: LeaveStatus;

  @OneOf(LEAVE_KINDS, { zh: '类别', en: 'Kind', example: 'personal' })
  kind: LeaveKind;

  @Int({ zh: '件数', en: 'Leaves', min: 0, max: 2_000_000_000, example: 12 })
  count: number;
}

/** Indicators over the leaves in scope. */
export class LeaveSummaryDto {
  @ListOf(() => LeaveCountDto, { zh: '按状态和类别的件数', en: 'Leaves by status and kind', maxItems: 21, example: [] })
  counts: LeaveCountDto[];

  @Int({ zh: '逾期未销假', en: 'Overdue', min: 0, max: 2_000_000_000, example: 1 })
  overdue: number;

  @Int({ zh: '已办结', en: 'Closed', min: 0, max: 2_000_000_000, example: 12 })
  closed: number;

  @Int({ zh: '其中从未退回', en: 'Of these never returned', min: 0, max: 2_000_000_000, example: 11 })
  closedFirstTime: number;

  @Decimal({
    zh: '一次办结率：从未退回的办结件 ÷ 全部办结件；无办结件为空',
    en: 'First-time completion rate: closed and never returned ÷ all closed; null when none is closed',
    min: 0,
    max: 1,
    nullable: true,
    example: 0.9167,
  })
  firstTimeCompletionRate: number | null;
}
