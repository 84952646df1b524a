import { DateOnly, Flag, Instant, Int, ListOf, Nested, OneOf, Uuid } from '#fields';
import { ListQuery } from '#http';
import type { Run, RunResult, Trigger } from './run.entity.js';
import { TRIGGERS } from './run.entity.js';

export class RunsQuery extends ListQuery {}

class RunCohortDto {
  @Uuid({ zh: '单位或场所', en: 'Unit or place' })
  unitId: string;

  @Flag({
    zh: '也计入当日之后才开始的归属',
    en: 'Also memberships that begin after the day',
    optional: true,
    example: false,
  })
  includeFuture?: boolean;
}

export class RunRequestDto {
  @DateOnly({
    zh: '截至日期；不给时，当天判断的规则看今天，按日终判断的规则看昨天',
    en: "As-of day; none: today for rules evaluated on data, yesterday for rules evaluated at the day's end",
    optional: true,
    example: '2026-11-20',
  })
  asOf?: string;

  @ListOf('text', {
    zh: '只运算这些规则',
    en: 'Only these rules',
    optional: true,
    minItems: 1,
    maxItems: 200,
    unique: true,
    example: ['dorm.late'],
  })
  rules?: string[];

  @Nested(() => RunCohortDto, { zh: '只运算这些学生', en: 'Only these students', optional: true })
  cohort?: RunCohortDto;
}

class RunResultDto implements RunResult {
  @Int({ zh: '学生数', en: 'Students', min: 0, max: 10_000_000, example: 2000 })
  students: number;

  @Int({ zh: '规则数', en: 'Rules', min: 0, max: 10_000, example: 8 })
  rules: number;

  @Int({
    zh: '因数据源中断而未判断的规则数',
    en: 'Rules about which nothing was concluded: a source is silent',
    min: 0,
    max: 10_000,
    example: 0,
  })
  noData: number;

  @Int({ zh: '新发出', en: 'Raised', min: 0, max: 100_000_000, example: 12 })
  raised: number;

  @Int({ zh: '升级', en: 'Escalated', min: 0, max: 100_000_000, example: 2 })
  escalated: number;

  @Int({ zh: '重开', en: 'Reopened', min: 0, max: 100_000_000, example: 0 })
  reopened: number;

  @Int({ zh: '仍然成立', en: 'Still holding', min: 0, max: 100_000_000, example: 30 })
  standing: number;

  @Int({ zh: '依据已更正', en: 'Whose basis was corrected', min: 0, max: 100_000_000, example: 1 })
  corrected: number;
}

export class RunDto {
  @Uuid({ zh: '运算', en: 'Run' })
  id: string;

  @OneOf(TRIGGERS, { zh: '缘由', en: 'What started it', example: 'new_data' })
  trigger: Trigger;

  @DateOnly({ zh: '截至日期', en: 'As-of day', nullable: true, example: '2026-11-20' })
  asOf: string | null;

  @Instant({ zh: '受理时间', en: 'Accepted at' })
  createdAt: Date;

  @Instant({ zh: '开始时间', en: 'Started at', nullable: true })
  startedAt: Date | null;

  @Instant({ zh: '结束时间', en: 'Ended at', nullable: true })
  finishedAt: Date | null;

  @Nested(() => RunResultDto, { zh: '结果', en: 'Result', nullable: true })
  result: RunResult | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 2 })
  version: number;

  static from(run: Run): RunDto {
    const { id, trigger, asOf, createdAt, startedAt, finishedAt, result, version } = run;
    return Object.assign(new RunDto(), { id, trigger, asOf, createdAt, startedAt, finishedAt, result, version });
  }
}
