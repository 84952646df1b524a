import { Int, ListOf, LongText, OneOf, Uuid } from '#fields';
import { RowResultDto } from '#http';
import { DISMISS_REASONS, OUTCOMES, type Status, STATUSES } from './warning.entity.js';

const ACTIONS = {
  confirm: { zh: '确认', en: 'confirm' },
  dismiss: { zh: '排除（须给 reason）', en: 'dismiss (needs `reason`)' },
  close: { zh: '关闭（须给 outcome）', en: 'close (needs `outcome`)' },
} as const;

export class TriageRowDto {
  @Uuid({ zh: '预警', en: 'Warning' })
  id: string;

  @Int({ zh: '所见的版本', en: 'The version that was seen', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  @OneOf(ACTIONS, { zh: '操作', en: 'What to do', example: 'confirm' })
  action: keyof typeof ACTIONS;

  @OneOf(DISMISS_REASONS, { zh: '排除原因', en: 'Why it is set aside', optional: true, example: 'excused' })
  reason?: keyof typeof DISMISS_REASONS;

  @OneOf(OUTCOMES, { zh: '结果', en: 'Result', optional: true, example: 'resolved' })
  outcome?: keyof typeof OUTCOMES;

  @LongText({ zh: '说明', en: 'Note', max: 2000, optional: true, example: '已与学生谈话' })
  note?: string;
}

export class BulkTriageDto {
  @ListOf(() => TriageRowDto, { zh: '逐条研判', en: 'Warnings, each by itself', minItems: 1, maxItems: 200 })
  rows: TriageRowDto[];
}

export class TriageResultDto extends RowResultDto {
  @OneOf(STATUSES, {
    zh: '状态；有问题时为 null',
    en: 'Status; null with a problem',
    nullable: true,
    example: 'confirmed',
  })
  status: Status | null;
}

export class BulkTriageResultDto {
  @ListOf(() => TriageResultDto, { zh: '逐条结果，次序同请求', en: 'Results, in the order of the rows', maxItems: 200 })
  results: TriageResultDto[];
}
