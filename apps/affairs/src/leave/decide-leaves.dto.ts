import { ListOf, OneOf } from '#fields';
import { RowResultDto } from '#http';
import { LEAVE_STATUSES, type LeaveStatus } from './leave.entity.js';

export class LeaveDecisionResultDto extends RowResultDto {
  @OneOf(LEAVE_STATUSES, {
    zh: '状态；有问题时为 null',
    en: 'Status; null with a problem',
    nullable: true,
    example: 'approved',
  })
  status: LeaveStatus | null;
}

export class LeaveDecisionResultsDto {
  @ListOf(() => LeaveDecisionResultDto, {
    zh: '逐条结果，次序同请求',
    en: 'Results, in the order of the rows',
    maxItems: 200,
  })
  results: LeaveDecisionResultDto[];
}
