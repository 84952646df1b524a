import { Int, ListOf, LongText, Nested, OneOf, Uuid } from '#fields';
import { RowProblemDto } from '#http';
import { LEAVE_STATUSES, type LeaveStatus } from './leave.entity.js';

const DECISIONS = {
  approve: { zh: '同意', en: 'approve' },
  reject: { zh: '不同意（须给 comment）', en: 'reject (needs `comment`)' },
  return: { zh: '退回补正（须给 comment）', en: 'return for correction (needs `comment`)' },
} as const;

export class LeaveDecisionDto {
  @Uuid({ zh: '请假', en: 'Leave' })
  id: string;

  @Int({ zh: '所见的版本', en: 'The version that was seen', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  @OneOf(DECISIONS, { zh: '决定', en: 'Decision', example: 'approve' })
  decision: keyof typeof DECISIONS;

  @LongText({ zh: '意见', en: 'Comment', max: 1000, optional: true, example: '注意安全，按时返校' })
  comment?: string;
}

export class DecideLeavesDto {
  @ListOf(() => LeaveDecisionDto, { zh: '逐条审批', en: 'Leaves, each by itself', minItems: 1, maxItems: 200 })
  rows: LeaveDecisionDto[];
}

/** What became of a row; a row with a problem changed nothing. */
export class LeaveDecisionResultDto {
  @Uuid({ zh: '请假', en: 'Leave' })
  id: string;

  @OneOf(LEAVE_STATUSES, {
    zh: '状态；有问题时为 null',
    en: 'Status; null with a problem',
    nullable: true,
    example: 'approved',
  })
  status: LeaveStatus | null;

  @Int({
    zh: '新版本；有问题时为 null',
    en: 'New version; null with a problem',
    ...{ nullable: true, min: 1, max: 2_147_483_647, example: 2 },
  })
  version: number | null;

  @Nested(() => RowProblemDto, { zh: '问题', en: 'Problem', nullable: true })
  problem: RowProblemDto | null;
}

export class LeaveDecisionResultsDto {
  @ListOf(() => LeaveDecisionResultDto, {
    zh: '逐条结果，次序同请求',
    en: 'Results, in the order of the rows',
    maxItems: 200,
  })
  results: LeaveDecisionResultDto[];
}
