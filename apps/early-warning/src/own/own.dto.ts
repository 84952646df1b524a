import { type Bilingual, WARNING_LEVELS, type WarningLevel } from '#contracts';
import { DateOnly, Decimal, Flag, Instant, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort } from '#http';
import { NameDto, RefusalDto } from '#workflow';
import { InputDto, SentenceDto } from '../explanations/explanations.dto.js';

export const OWN_WARNING_STATUSES = {
  being_looked_at: { zh: '等待老师了解情况', en: 'somebody will look at it' },
  for_information: { zh: '仅供知悉', en: 'for information: nothing follows from it' },
  followed_up: { zh: '老师已了解，正在跟进', en: 'somebody follows it up' },
  settled: { zh: '已了结', en: 'settled' },
  taken_back: { zh: '所依据的数据已更正，提示已撤回', en: 'taken back: the data was corrected' },
} as const satisfies Record<string, Bilingual>;
export type OwnWarningStatus = keyof typeof OWN_WARNING_STATUSES;

const METRIC = { zh: '指标代码', en: 'Code of the metric', max: 60, example: 'absent_class' };

export class OwnObservationsQuery extends ListQuery {
  @AnyOf('text', { zh: '指标代码', en: 'Codes of metrics' }, ['absent_class'])
  metric?: string[];

  @DateOnly({
    zh: '首日；缺省为最近若干天，以学校规则为准',
    en: 'First day; left out: as many days as the school’s rules say',
    ...{ optional: true, example: '2026-11-01' },
  })
  from?: string;

  @DateOnly({ zh: '末日', en: 'Last day', optional: true, example: '2026-11-30' })
  to?: string;

  @Sort(['day'])
  sort?: string;
}

export class OwnWarningsQuery extends ListQuery {
  @AnyOf(OWN_WARNING_STATUSES, { zh: '状态', en: 'Statuses' }, ['being_looked_at'])
  status?: OwnWarningStatus[];

  @Sort(['raisedAt'])
  sort?: string;
}

/** Whether it can be disputed, or why not. */
class DisputableDto {
  @Uuid({ zh: '待复核的异议', en: 'The open dispute over it', nullable: true, example: null as never })
  disputeId: string | null;

  @Flag({ zh: '能否提出异议', en: 'Can it be disputed now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能提出的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** What was recorded of the student on a day. */
export class OwnObservationDto {
  @Text(METRIC)
  metric: string;

  @Nested(() => NameDto, { zh: '指标名称', en: 'Name of the metric', example: { zh: '旷课', en: 'absences' } })
  name: NameDto;

  @Text({ zh: '单位；金额为分', en: 'Unit; money is in fen', example: 'count' })
  unit: string;

  @DateOnly({ zh: '日期', en: 'Day', example: '2026-11-20' })
  day: string;

  @Decimal({ zh: '数值', en: 'Value', min: 0, max: 2_147_483_647, example: 1 })
  value: number;

  @ListOf(() => NameDto, {
    zh: '由哪些数据源提供',
    en: 'Sources that supply it',
    ...{ maxItems: 50, example: [{ zh: '教务', en: 'registry' }] },
  })
  sources: NameDto[];

  @Nested(() => DisputableDto, { zh: '异议', en: 'Dispute' })
  dispute: DisputableDto;
}

/** A warning about the student, in words for them; nothing that staff wrote about it. */
export class OwnWarningDto {
  @Uuid({ zh: '提示', en: 'Warning' })
  id: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Title', example: { zh: '一项关怀提示', en: 'a care notice' } })
  title: NameDto;

  @Nested(() => SentenceDto, {
    zh: '说明',
    en: 'In words',
    example: { zh: '你的记录：晚归 3 次。', en: 'Your records: late returns 3.' },
  })
  text: SentenceDto;

  @OneOf(OWN_WARNING_STATUSES, { zh: '状态', en: 'Status', example: 'being_looked_at' })
  status: OwnWarningStatus;

  @OneOf(WARNING_LEVELS, {
    zh: '级别；学校规则不显示的为空',
    en: 'Level; null where the school’s rules do not show it',
    ...{ nullable: true, example: null as never },
  })
  level: WarningLevel | null;

  @DateOnly({ zh: '首次成立的日期', en: 'First day it held', example: '2026-11-18' })
  firstDay: string;

  @DateOnly({ zh: '最近成立的日期', en: 'Latest day it held', example: '2026-11-20' })
  lastDay: string;

  @Instant({ zh: '发出时间', en: 'Raised at', example: '2026-11-20T18:00:00.000Z' })
  raisedAt: Date;

  @ListOf(() => InputDto, { zh: '所依据的本人数据', en: 'The student’s own data that it rests on', maxItems: 20 })
  inputs: InputDto[];

  @Nested(() => DisputableDto, { zh: '异议', en: 'Dispute' })
  dispute: DisputableDto;
}
