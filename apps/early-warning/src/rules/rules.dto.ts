import { ApiProperty } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import { APPOINTMENT_KINDS, type AppointmentKind, WARNING_LEVELS } from '#contracts';
import { DateOnly, Decimal, Flag, Instant, Int, Json, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { ByDto, ListQuery } from '#http';
import type { Rule as Definition } from '#rule-language';
import {
  type FlagShare,
  needsReason,
  type Publication,
  type Rule,
  RULE_STATES,
  type RuleState,
} from './rule.entity.js';
import { component, partOf } from './rule-components.js';

class BilingualDto {
  @Text({ zh: '中文', en: 'Chinese', max: 500, example: '7 天内晚归 {late} 次' })
  zh: string;

  @Text({ zh: '英文', en: 'English', max: 500, example: '{late} late returns within 7 days' })
  en: string;
}

const PREDICATE = { allOf: [component('predicate')] };
const FEATURES = { late: { metric: 'late_return', agg: 'sum', window: '7d' } };
const WHEN = { ge: [{ f: 'late' }, { $p: 'late_per_week', default: 3 }] };

/** A rule as typed JSON. What is inside features and predicates is checked by the language, with a pointer at each wrong node. */
export class RuleDefinitionDto {
  @Text({ zh: '规则代码', en: 'Code of the rule', max: 60, pattern: /^[a-z][a-z0-9._-]*$/, example: 'dorm.late' })
  id: string;

  @Nested(() => BilingualDto, { zh: '名称', en: 'Title', example: { zh: '多次晚归', en: 'Repeated late returns' } })
  title: BilingualDto;

  @OneOf(
    {
      day_end: { zh: '只按完整的日子判断', en: 'evaluated on complete days' },
      data: { zh: '当天即判断', en: 'also on the running day' },
    },
    { zh: '何时判断，默认 day_end', en: 'When it is evaluated; default day_end', optional: true, example: 'data' },
  )
  on?: string;

  @Json({
    zh: '特征：指标 × 聚合 × 窗口',
    en: 'Features: metric × aggregate × window',
    schema: partOf('features'),
    example: FEATURES,
  })
  features: object;

  @Allow()
  @ApiProperty({
    description: '级别，或由轻到重的 {级别: 条件} 列表 / A level, or a list of {level: predicate}, mildest first',
    oneOf: [
      { type: 'string', enum: Object.keys(WARNING_LEVELS) },
      { type: 'array', maxItems: 4, items: component('step') },
    ],
    example: 'yellow',
  })
  level: unknown;

  @Json({ zh: '条件', en: 'Predicate', optional: true, schema: PREDICATE, example: WHEN })
  when?: object;

  @Json({
    zh: '升级：级别与条件',
    en: 'Escalation: level and predicate',
    optional: true,
    schema: partOf('escalate'),
    example: { to: 'orange', when: { ge: [{ f: 'late' }, 5] } },
  })
  escalate?: object;

  @OneOf(
    { skip: { zh: '不下结论', en: 'conclude nothing' }, false: { zh: '视为不成立', en: 'the rule does not hold' } },
    { zh: '数据不足时，默认 skip', en: 'What missing data means; default skip', optional: true, example: 'skip' },
  )
  onNoData?: string;

  @Nested(() => BilingualDto, {
    zh: '原因说明',
    en: 'Reason for people',
    example: { zh: '7 天内晚归 {late} 次', en: '{late} late returns within 7 days' },
  })
  reason: BilingualDto;

  @Nested(() => BilingualDto, {
    zh: '给学生的说明；不给则只列出指标与数值',
    en: "Sentence for the student; none: the metrics' names and values",
    optional: true,
    example: { zh: '最近一周你有 {late} 次晚归', en: 'You returned late {late} times in the past week' },
  })
  studentReason?: BilingualDto;

  @ListOf(APPOINTMENT_KINDS, {
    zh: '只有对该学生担任这些职务之一的人可见；不填为所有可看预警的人',
    en: 'Only who holds one of these posts over the student sees the warning; left out: whoever may see warnings',
    optional: true,
    minItems: 1,
    maxItems: 20,
    unique: true,
    example: ['student_affairs_officer'],
  })
  visibility?: AppointmentKind[];

  @Text({
    zh: '连续成立这么多天才算',
    en: 'It counts only once it held on so many days in a row',
    max: 4,
    optional: true,
    example: '3d',
  })
  for?: string;

  @Json({
    zh: '解除条件：成立之前预警一直算作成立',
    en: 'Until this is true a warning goes on holding',
    optional: true,
    schema: PREDICATE,
    example: { lt: [{ f: 'late' }, 1] },
  })
  clearWhen?: object;

  @Json({
    zh: '只判断这些学生：单位或场所、年级、性别',
    en: 'Only these students are evaluated: units or places, grades, sex',
    optional: true,
    schema: partOf('students'),
    example: { grades: [2026] },
  })
  students?: object;

  @Json({
    zh: '有效日期，首尾两日在内',
    en: 'Days on which it is evaluated, both inclusive',
    optional: true,
    schema: partOf('effective'),
    example: { from: '2026-09-01', to: '2027-01-20' },
  })
  effective?: object;
}

export class RulesQuery extends ListQuery {
  @OneOf(RULE_STATES, { zh: '状态', en: 'State', optional: true, example: 'published' })
  state?: RuleState;

  @Text({ zh: '规则代码', en: 'Code of the rule', max: 60, optional: true, example: 'dorm.late' })
  code?: string;
}

/** A whole rule, for examples. */
export const RULE_EXAMPLE = {
  id: 'dorm.late',
  title: { zh: '多次晚归', en: 'Repeated late returns' },
  features: { late: { metric: 'late_return', agg: 'sum', window: '7d', default: 0 } },
  level: 'yellow',
  when: { ge: [{ f: 'late' }, 3] },
  reason: { zh: '7 天内晚归 {late} 次', en: '{late} late returns within 7 days' },
};

const STUDENTS = { min: 0, max: 10_000_000 };

/** How many students a rule would flag if it were in force. */
class FlagShareDto {
  @DateOnly({ zh: '所判断的日期', en: 'Day that was evaluated', example: '2026-11-20' })
  asOf: string;

  @Int({ zh: '会标记的学生数', en: 'Students it would flag', ...STUDENTS, example: 15 })
  flagged: number;

  @Int({
    zh: '所判断的学生数：规则所针对、且数据足够的学生',
    en: 'Students it evaluates: whom it is about and of whom enough is known',
    ...STUDENTS,
    example: 2000,
  })
  evaluated: number;

  @Decimal({ zh: '占比', en: 'Share', min: 0, max: 1, example: 0.0075 })
  share: number;

  @Decimal({
    zh: '超过此占比，发布须说明理由',
    en: 'With a larger share, publishing takes a stated reason',
    min: 0,
    max: 1,
    example: 0.05,
  })
  limit: number;

  @Int({ zh: '所依政策的版本；0 为默认', en: 'Version of the policy; 0 = the default', ...STUDENTS, example: 0 })
  policyVersion: number;
}

/** What publishing the rule would mean now: over everybody, under the school's own numbers. */
export class PublishingDto extends FlagShareDto {
  @Flag({ zh: '发布须说明理由', en: 'Publishing takes a stated reason', example: false })
  needsReason: boolean;

  static from(share: FlagShare): PublishingDto {
    return Object.assign(new PublishingDto(), { ...share, needsReason: needsReason(share) });
  }
}

/** What was known when a version was published. */
class PublicationDto extends FlagShareDto {
  @LongText({
    zh: '发布理由',
    en: 'Why it was published',
    max: 500,
    nullable: true,
    example: '迎新周统一提醒，已与各学院商定',
  })
  reason: string | null;
}

/** One version of a rule. */
export class RuleDto {
  @Uuid({ zh: '规则版本', en: 'Version of a rule' })
  id: string;

  @Text({ zh: '规则代码', en: 'Code of the rule', example: 'dorm.late' })
  code: string;

  @Int({ zh: '第几版', en: 'Number of the version', min: 1, max: 1_000_000, example: 1 })
  number: number;

  @OneOf(RULE_STATES, { zh: '状态', en: 'State', example: 'published' })
  state: RuleState;

  @Nested(() => RuleDefinitionDto, { zh: '定义', en: 'Definition' })
  definition: Definition;

  @Instant({ zh: '起草时间', en: 'Drafted at' })
  createdAt: Date;

  @Nested(() => ByDto, { zh: '起草者', en: 'Drafted by' })
  createdBy: ByDto;

  @ListOf(() => ByDto, { zh: '修改过草稿者', en: 'Edited by', example: [] })
  editedBy: ByDto[];

  @Instant({ zh: '发布时间', en: 'Published at', nullable: true })
  publishedAt: Date | null;

  @Nested(() => ByDto, { zh: '发布者', en: 'Published by', nullable: true })
  publishedBy: ByDto | null;

  @Instant({ zh: '停用时间', en: 'Retired at', nullable: true })
  retiredAt: Date | null;

  @Nested(() => ByDto, { zh: '停用者', en: 'Retired by', nullable: true })
  retiredBy: ByDto | null;

  @Nested(() => PublicationDto, {
    zh: '发布时的标记人数与理由；草稿与此前发布的为 null',
    en: 'How many it was to flag when it was published, and why it was; null of drafts, and where that was not kept yet',
    nullable: true,
  })
  publication: Publication | null;

  @Int({ zh: '版本（ETag）', en: 'Version of the row (ETag)', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(rule: Rule): RuleDto {
    const { id, code, number, state, definition, createdAt, createdBy, editedBy, version } = rule;
    const { publishedAt, publishedBy, retiredAt, retiredBy, publication } = rule;
    return Object.assign(new RuleDto(), {
      ...{ id, code, number, state, definition, createdAt, publishedAt, retiredAt, publication, version },
      createdBy: ByDto.from(createdBy),
      editedBy: editedBy.map((one) => ByDto.from(one)),
      publishedBy: publishedBy && ByDto.from(publishedBy),
      retiredBy: retiredBy && ByDto.from(retiredBy),
    });
  }
}

export class RuleStatementQuery {
  @DateOnly({ zh: '截至日期，不晚于今天', en: 'As-of day, not after today', example: '2026-11-20' })
  asOf: string;
}

/** A version of a rule as plain SQL, for checking by hand. */
export class RuleStatementDto {
  @DateOnly({ zh: '截至日期', en: 'As-of day', example: '2026-11-20' })
  asOf: string;

  @LongText({
    zh: '一条只读 SQL 语句，结果为序号与级别（255 = 无法判断）；masks、cohorts、eligible 由使用者提供',
    en: 'One read-only statement that yields ordinal and level (255 = cannot say); masks, cohorts and eligible are its reader’s to provide',
    max: 200_000,
    example: 'SELECT ordinal, level FROM …',
  })
  sql: string;
}

export class PublishRuleDto {
  @LongText({
    zh: '理由：会标记的学生占比超过学校的限定时必填',
    en: "Why; needed where it would flag a larger share of the students than the school's limit",
    min: 5,
    max: 500,
    optional: true,
    example: '迎新周统一提醒，已与各学院商定',
  })
  reason?: string;
}

export class RetireRuleDto {
  @Flag({
    zh: '同时撤回其待研判的预警',
    en: 'Withdraw its open warnings with it',
    optional: true,
    example: false,
  })
  withdrawWarnings = false;

  @LongText({
    zh: '说明，写入被撤回预警的经过',
    en: 'Note, for the history of the warnings',
    max: 2000,
    optional: true,
    example: '规则有误',
  })
  note?: string;
}
