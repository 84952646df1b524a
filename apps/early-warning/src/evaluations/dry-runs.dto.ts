import { WARNING_LEVELS, type WarningLevel } from '#contracts';
import { DateOnly, Decimal, Flag, Instant, Int, Json, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { ByDto, ListQuery } from '#http';
import type { Evidence } from '#rule-language';
import { PublishingDto, RuleDefinitionDto } from '../rules/rules.dto.js';
import { LevelCountsDto } from './evaluations.dto.js';

export const MAX_DAYS = 400;
export const MAX_SAMPLE = 10;
export const MAX_PARAMETERS = 50;
const STUDENTS = { min: 0, max: 10_000_000 };

export class DryRunRequestDto {
  @Nested(() => RuleDefinitionDto, {
    zh: '规则（与 ruleId 二选一）',
    en: 'Rule (either this or ruleId)',
    optional: true,
  })
  rule?: RuleDefinitionDto;

  @Uuid({
    zh: '规则版本（与 rule 二选一）；此次试运行会被记录',
    en: 'Version of a rule (either this or rule); the dry run is recorded',
    optional: true,
  })
  ruleId?: string;

  @DateOnly({
    zh: `首日；默认为末日之前第 59 天，最多 ${MAX_DAYS} 天`,
    en: `First day; default 59 days before the last; at most ${MAX_DAYS} days`,
    optional: true,
    example: '2026-09-22',
  })
  from?: string;

  @DateOnly({ zh: '末日，须早于今天；默认昨天', en: 'Last day, before today; default yesterday', optional: true })
  to?: string;

  @Uuid({
    zh: '只看该单位或场所的学生；不给为全部在籍学生',
    en: 'Only students of this unit or place; none: all active students',
    optional: true,
  })
  unitId?: string;

  @Json({
    zh: `参数名与数值：本次试运行以此代替学校设定的数值，对所比较的规则同样有效；最多 ${MAX_PARAMETERS} 项`,
    en: `Numbers by parameter name that take the place of the school's for this dry run, for the rules it is compared with too; at most ${MAX_PARAMETERS}`,
    optional: true,
    example: { late_per_week: 5 },
  })
  parameters?: Record<string, unknown>;
}

class DryRunDayDto {
  @DateOnly({ zh: '日期', en: 'Day', example: '2026-11-20' })
  day: string;

  @Nested(() => LevelCountsDto, {
    zh: '当日成立的人数（含尚未解除的），按级别',
    en: 'Students for whom it held or was not cleared yet, by level',
  })
  levels: LevelCountsDto;

  @Int({
    zh: '当日成立的人数（含尚未解除的）',
    en: 'Students for whom it held or was not cleared yet',
    ...STUDENTS,
    example: 15,
  })
  firing: number;

  @Int({ zh: '其中当日开始成立的人数', en: 'Of these, those for whom it began to hold', ...STUDENTS, example: 2 })
  new: number;

  @Int({ zh: '数据不足、无法判断的人数', en: 'Students about whom too little is known', ...STUDENTS, example: 4 })
  noData: number;
}

class OverlapDto {
  @Text({ zh: '规则代码', en: 'Code of the rule', example: 'dorm.late' })
  code: string;

  @Int({ zh: '第几版', en: 'Number of the version', min: 1, max: 1_000_000, example: 1 })
  number: number;

  @Int({ zh: '两者都标记的学生', en: 'Students of both', ...STUDENTS, example: 3 })
  both: number;

  @Int({ zh: '至少一者标记的学生', en: 'Students of either', ...STUDENTS, example: 20 })
  either: number;

  @Decimal({
    zh: '重合度（交并比）；都未标记时为 null',
    en: 'Jaccard index; null when neither holds for anybody',
    min: 0,
    max: 1,
    nullable: true,
    example: 0.15,
  })
  jaccard: number | null;
}

class OverlapsDto {
  @ListOf('date', {
    zh: '比较的日期：学生与规则很多时只取最近的若干天',
    en: 'Days that are compared: only the newest where students and rules are many',
    maxItems: MAX_DAYS,
    example: ['2026-11-20'],
  })
  days: string[];

  @ListOf(() => OverlapDto, { zh: '与各在用规则', en: 'With each rule in force' })
  rules: OverlapDto[];
}

class DifferenceDto {
  @Int({ zh: '在用版本是第几版', en: 'Number of the version in force', min: 1, max: 1_000_000, example: 1 })
  number: number;

  @Int({ zh: '只有在用版本标记的学生', en: 'Students of the version in force only', ...STUDENTS, example: 1 })
  onlyBefore: number;

  @Int({ zh: '只有新版本标记的学生', en: 'Students of the new version only', ...STUDENTS, example: 4 })
  onlyAfter: number;

  @Int({ zh: '两个版本都标记的学生', en: 'Students of both', ...STUDENTS, example: 11 })
  both: number;

  @Int({ zh: '其中最高级别不同的学生', en: 'Of both, whose highest level differs', ...STUDENTS, example: 2 })
  levelChanged: number;
}

class TrialReasonDto {
  @Text({ zh: '中文', en: 'Chinese', max: 1000, example: '7 天内晚归 3 次' })
  zh: string;

  @Text({ zh: '英文', en: 'English', max: 1000, example: '3 late returns within 7 days' })
  en: string;
}

class DryRunSampleDto {
  @Text({ zh: '学号', en: 'Student number', example: '2024000001' })
  student: string;

  @DateOnly({ zh: '开始成立的日期', en: 'Day it began to hold', example: '2026-11-20' })
  day: string;

  @OneOf(WARNING_LEVELS, { zh: '级别', en: 'Level', example: 'yellow' })
  level: WarningLevel;

  @Nested(() => TrialReasonDto, { zh: '原因', en: 'Reason' })
  reason: TrialReasonDto;

  @Json({ zh: '依据', en: 'Evidence', example: { rule: 'dorm.late', asOf: '2026-11-20' } })
  evidence: Evidence;
}

/** The counts of a dry run. */
export class DryRunCountsDto {
  @DateOnly({ zh: '首日', en: 'First day', example: '2026-09-22' })
  from: string;

  @DateOnly({ zh: '末日', en: 'Last day', example: '2026-11-20' })
  to: string;

  @Int({ zh: '规则所针对的学生数', en: 'Students the rule is about', ...STUDENTS, example: 2000 })
  students: number;

  @Int({ zh: '曾被标记的学生数', en: 'Students for whom it ever held', ...STUDENTS, example: 40 })
  fired: number;

  @Decimal({ zh: '曾被标记的学生占比', en: 'Their share of the students', min: 0, max: 1, example: 0.02 })
  share: number;

  @ListOf(() => DryRunDayDto, { zh: '逐日', en: 'Day by day', maxItems: MAX_DAYS })
  days: DryRunDayDto[];

  @Nested(() => OverlapsDto, { zh: '与在用规则的重合', en: 'Overlap with the rules in force' })
  overlap: OverlapsDto;

  @Nested(() => DifferenceDto, {
    zh: '与同一代码在用版本的差别；没有在用版本时为 null',
    en: 'Difference from the version of the code that is in force; null when there is none',
    nullable: true,
  })
  difference: DifferenceDto | null;

  @Nested(() => PublishingDto, {
    zh: '现在发布的话：全体学生中会标记多少人、是否须说明理由；早先的记录为 null',
    en: 'If it were published now: how many of all students it would flag, and whether a reason must be stated; null in older records',
    nullable: true,
  })
  publishing: PublishingDto | null;
}

export class DryRunDto extends DryRunCountsDto {
  @Uuid({ zh: '试运行记录；未记录时为 null', en: 'The record of it; null when not recorded', nullable: true })
  id: string | null;

  @ListOf(() => DryRunSampleDto, { zh: '部分标记及其说明', en: 'Some firings, explained', maxItems: MAX_SAMPLE })
  sample: DryRunSampleDto[];
}

export class DryRunsQuery extends ListQuery {
  @Uuid({ zh: '规则版本', en: 'Version of a rule' })
  ruleId: string;
}

/** A row of the list, as SQL gives it. */
export interface DryRunRow {
  id: string;
  ruleId: string;
  current: boolean;
  unitId: string | null;
  parameters: Record<string, number> | null;
  /** `publishing` is not in older ones. */
  result: Omit<DryRunCountsDto, 'publishing'> & { publishing?: PublishingDto };
  createdBy: string;
  createdAt: Date;
}

export class RecordedDryRunDto {
  @Uuid({ zh: '试运行', en: 'Dry run' })
  id: string;

  @Uuid({ zh: '规则版本', en: 'Version of a rule' })
  ruleId: string;

  @Flag({ zh: '草稿此后没有改动', en: 'The draft was not changed since', example: true })
  current: boolean;

  @Uuid({ zh: '单位或场所；null 为全体学生', en: 'Unit or place; null = everybody', nullable: true })
  unitId: string | null;

  @Json({
    zh: '代替学校设定的参数；null 为学校自己的数值',
    en: "Numbers that took the place of the school's; null = the school's own",
    nullable: true,
    example: { late_per_week: 5 },
  })
  parameters: Record<string, number> | null;

  @Nested(() => DryRunCountsDto, { zh: '结果', en: 'What it came to' })
  result: DryRunCountsDto;

  @Nested(() => ByDto, { zh: '发起者', en: 'Made by' })
  createdBy: ByDto;

  @Instant({ zh: '时间', en: 'At' })
  createdAt: Date;

  static from({ id, ruleId, current, unitId, parameters, result, createdBy, createdAt }: DryRunRow): RecordedDryRunDto {
    return Object.assign(new RecordedDryRunDto(), {
      id,
      ruleId,
      current,
      unitId,
      parameters,
      result: { ...result, publishing: result.publishing ?? null },
      createdBy: ByDto.from(createdBy),
      createdAt,
    });
  }
}
