import { WARNING_LEVELS, type WarningLevel } from '#contracts';
import { DateOnly, Decimal, Instant, Int, Json, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import type { Evidence, FeatureEvidence } from '#rule-language';
import { SILENCES, type SilenceKind } from '../engine/silence.js';
import { type Cause, CAUSES, type Verdict, VERDICTS } from './wording.js';

/** Too few late returns, on the day and the day before, and on leave. */
const LATE: FeatureEvidence = {
  ...{ metric: 'late_return', agg: 'sum', unit: 'count', value: 2, coverage: '1/7' },
  window: { from: '2026-11-14', to: '2026-11-20' },
  days: [{ day: '2026-11-18', value: 2 }],
};
const EVIDENCE: Evidence = {
  ...{ rule: 'dorm.late', number: 1, asOf: '2026-11-20', hwm: 812, level: null, threshold: null },
  features: { late: LATE },
  earlier: [{ asOf: '2026-11-19', features: { late: { ...LATE, window: { from: '2026-11-13', to: '2026-11-19' } } } }],
  conditions: [
    { pointer: '/when/all/0/ge', op: 'ge', left: 2, right: 3, holds: false },
    { pointer: '/when/all/1/not/calendar', calendar: 'leave', not: true, holds: false },
    { pointer: '/when/all/2/termWeek', week: 12, holds: true },
    { pointer: '/when/all/0/ge', op: 'ge', left: 2, right: 3, holds: false, day: '2026-11-19' },
  ],
  parameters: { version: 0, values: {} },
  sources: [
    {
      source: 'event:safety.night-checked.v1',
      name: { zh: '夜间核查', en: 'night check' },
      ...{ metrics: ['late_return'], batches: 7, presence: { late_return: 4 } },
      lastReceivedAt: '2026-11-20T16:10:00Z',
      ...{ lastHeartbeatAt: '2026-11-20T22:00:00Z', seenAt: '2026-11-20T22:00:00Z' },
    },
  ],
};

export class ExplainQuery {
  @Text({ zh: '学号或学生标识', en: 'Student number, or id of the student', max: 50, example: '2024000001' })
  student: string;

  @Text({ zh: '规则代码', en: 'Code of the rule', max: 60, example: 'dorm.late' })
  rule: string;

  @DateOnly({
    zh: '截至日期；不给时，当天判断的规则看今天，按日终判断的规则看昨天',
    en: "As-of day; none: today for rules evaluated on data, yesterday for rules evaluated at the day's end",
    optional: true,
    example: '2026-11-20',
  })
  asOf?: string;
}

export class SentenceDto {
  @Text({ zh: '中文', en: 'Chinese', max: 2000, example: '7 天内晚归 3 次' })
  zh: string;

  @Text({ zh: '英文', en: 'English', max: 2000, example: '3 late returns within 7 days' })
  en: string;
}

class ExplainedRuleDto {
  @Text({ zh: '规则代码', en: 'Code of the rule', example: 'dorm.late' })
  code: string;

  @Int({ zh: '第几版', en: 'Number of the version', min: 1, max: 1_000_000, example: 1 })
  number: number;

  @Nested(() => SentenceDto, {
    zh: '名称；学生查询本人时是“一项关怀提示”',
    en: 'Title; “a care notice” when students ask about themselves',
    example: { zh: '多次晚归', en: 'Repeated late returns' },
  })
  title: SentenceDto;
}

class ExplainedStudentDto {
  @Uuid({ zh: '学生', en: 'Student' })
  id: string;

  @Text({ zh: '学号', en: 'Student number', example: '2024000001' })
  number: string;
}

class InputDayDto {
  @DateOnly({ zh: '日期', en: 'Day', example: '2026-11-20' })
  day: string;

  @Decimal({ zh: '数值', en: 'Value', min: 0, max: 2_147_483_647, example: 1 })
  value: number;
}

export class InputDto {
  @Text({ zh: '指标代码', en: 'Code of the metric', example: 'late_return' })
  metric: string;

  @Nested(() => SentenceDto, { zh: '指标名称', en: 'Name of the metric', example: { zh: '晚归', en: 'late returns' } })
  name: SentenceDto;

  @Decimal({
    zh: '数值；与本人平时相比的，为最近的日均',
    en: 'Value; of a comparison with the own usual, the average of late',
    ...{ min: -1e12, max: 1e12, nullable: true, example: 3 },
  })
  value: number | null;

  @Text({ zh: '单位；金额为分', en: 'Unit; money is in fen', example: 'count' })
  unit: string;

  @Nested(() => SentenceDto, {
    zh: '用学生看得懂的话说；没有数值时为 null',
    en: 'The same in words that students understand; null where there is no value',
    nullable: true,
    example: { zh: '晚归 3 次', en: 'late returns 3' },
  })
  text: SentenceDto | null;

  @DateOnly({ zh: '首日', en: 'First day', nullable: true, example: '2026-11-14' })
  from: string | null;

  @DateOnly({ zh: '末日', en: 'Last day', nullable: true, example: '2026-11-20' })
  to: string | null;

  @ListOf(() => InputDayDto, { zh: '逐日数据', en: 'Day by day', maxItems: 60 })
  days: InputDayDto[];
}

class SilentSourceDto {
  @Text({ zh: '数据源代码', en: 'Code of the source', example: 'library' })
  source: string;

  @Nested(() => SentenceDto, { zh: '数据源名称', en: 'Name of the source', example: { zh: '图书馆', en: 'library' } })
  name: SentenceDto;

  @OneOf(SILENCES, { zh: '情形', en: 'What is the matter', example: 'dead' })
  kind: SilenceKind;

  @Instant({ zh: '自何时', en: 'Since' })
  since: string;
}

/** What only those who answer for the student get to see. */
class StaffViewDto {
  @OneOf(VERDICTS, { zh: '结论', en: 'Verdict', example: 'does_not_hold' })
  verdict: Verdict;

  @OneOf(CAUSES, { zh: '没有结论的原因', en: 'Why there is no verdict', nullable: true, example: 'source_silent' })
  cause: Cause | null;

  @OneOf(WARNING_LEVELS, { zh: '级别', en: 'Level', nullable: true, example: 'yellow' })
  level: WarningLevel | null;

  @Nested(() => SentenceDto, { zh: '说明', en: 'Sentence' })
  sentence: SentenceDto;

  @ListOf(() => SilentSourceDto, {
    zh: '规则所用而中断的数据源',
    en: 'Silent sources that the rule needs',
    example: [],
  })
  silentSources: SilentSourceDto[];

  @Json({
    zh: '依据：特征、逐日数据、条件、更早各日的特征（earlier）、阈值、同群位置、覆盖、来源及其最近数据与心跳；“非”之下的条件按相反的写',
    en: 'Evidence: features, days, conditions, features as of earlier days (`earlier`), threshold, place in the cohort, coverage, sources with their newest data and heartbeat; a condition below `not` is told as its opposite',
    nullable: true,
    example: EVIDENCE,
  })
  evidence: Evidence | null;
}

/** Why a rule holds for a student, or why not. */
export class ExplanationDto {
  @Nested(() => ExplainedRuleDto, { zh: '规则', en: 'Rule' })
  rule: ExplainedRuleDto;

  @Nested(() => ExplainedStudentDto, { zh: '学生', en: 'Student' })
  student: ExplainedStudentDto;

  @DateOnly({ zh: '截至日期', en: 'As-of day', example: '2026-11-20' })
  asOf: string;

  @Nested(() => SentenceDto, { zh: '给学生的说明', en: 'Sentence for the student' })
  forStudent: SentenceDto;

  @ListOf(() => InputDto, { zh: '学生本人的数据', en: "The student's own data", maxItems: 20 })
  inputs: InputDto[];

  @Nested(() => StaffViewDto, {
    zh: '结论与依据；学生查询本人时没有',
    en: 'Verdict and evidence; not there when students ask about themselves',
    optional: true,
  })
  staff?: StaffViewDto;
}
