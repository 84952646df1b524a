import type { Bilingual } from '#contracts';
import { DateOnly, Flag, Int, Json, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { NameDto } from '#workflow';
import { EligibilityRule } from '../catalogue/item-content.js';
import { DECIMAL } from './exact.js';

export const ROUND_KINDS = {
  award: { zh: '评奖评优', en: 'Awards' },
  aid: { zh: '资助', en: 'Aid' },
  hardship: { zh: '家庭经济困难认定', en: 'Hardship levels' },
  transfer: { zh: '转专业', en: 'Changing the major' },
  appraisal: { zh: '综合测评', en: 'Comprehensive evaluation' },
} as const satisfies Record<string, Bilingual>;
export type RoundKind = keyof typeof ROUND_KINDS;

/** How somebody comes into a round. */
export const ENTRY_WAYS = {
  self: { zh: '本人申请', en: 'The student applies' },
  nomination: { zh: '班级或辅导员推荐', en: 'Nominated by the class or its counselor' },
  automatic: { zh: '名单直接列入', en: 'By a list of groups that are in without applying' },
} as const satisfies Record<string, Bilingual>;
export type EntryWay = keyof typeof ENTRY_WAYS;

export const EXCLUSION_KINDS = {
  sanction: { zh: '处分未解除', en: 'A sanction that is not lifted' },
  figure: { zh: '某项数据超出或不足', en: 'A figure that is too high or too low' },
  awarded: { zh: '同一学年已获同组奖助', en: 'Has already got something of the same group in the school year' },
} as const satisfies Record<string, Bilingual>;

export const SCORED_FROM = {
  sheet: { zh: '导入的数据表', en: 'A sheet that is brought in' },
  people: { zh: '评委打分', en: 'Marks of named reviewers' },
  computed: { zh: '由其他分数计算', en: 'Computed from the other scores' },
} as const satisfies Record<string, Bilingual>;

export const TIES = {
  share: { zh: '并列均入选（超额标明）', en: 'Both are in; that the quota is exceeded is said' },
  lot: { zh: '按已记录的随机种子抽签', en: 'By lot, with a seed that is recorded beforehand' },
} as const satisfies Record<string, Bilingual>;

export const QUOTA_UNITS = {
  school: { zh: '全校（或组织单位）一并排名', en: 'The round as a whole' },
  college: { zh: '按学院', en: 'By college' },
  major: { zh: '按专业', en: 'By major' },
  class: { zh: '按班级', en: 'By class' },
} as const satisfies Record<string, Bilingual>;
export type QuotaUnit = keyof typeof QUOTA_UNITS;

/** What a column of an export is taken from. */
export const EXPORT_VALUES = {
  name: { zh: '姓名', en: 'Name' },
  number: { zh: '学号', en: 'Student number' },
  college: { zh: '学院', en: 'College' },
  major: { zh: '专业', en: 'Major' },
  class: { zh: '班级', en: 'Class' },
  level: { zh: '等级', en: 'Level' },
  amount: { zh: '金额（元）', en: 'Amount in yuan' },
  place: { zh: '名次', en: 'Place' },
  total: { zh: '总分', en: 'Total' },
  account: { zh: '银行账号', en: 'Bank account' },
} as const satisfies Record<string, Bilingual>;

const CODE = /^[a-z][a-z0-9_]*$/;

/** A number of an entry that comes by sheet, and is not scored: what exclusions look at. */
export class Figure {
  @Text({ zh: '代码', en: 'Code', max: 30, pattern: CODE, example: 'failed_courses' })
  code: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '不及格门数', en: 'Failed courses' } })
  name: Bilingual;
}

/** What keeps somebody from being ranked. It is shown to them with its facts. */
export class ExclusionRule {
  @Text({ zh: '代码', en: 'Code', max: 30, pattern: CODE, example: 'failed' })
  code: string;

  @OneOf(EXCLUSION_KINDS, { zh: '种类', en: 'Kind', example: 'figure' })
  kind: keyof typeof EXCLUSION_KINDS;

  @Text({ zh: '数据代码（figure）', en: 'Code of the figure', max: 30, optional: true, example: 'failed_courses' })
  figure?: string;

  @Text({
    zh: '达到即不得参评（figure）',
    en: 'Out from this value on (figure)',
    ...{ max: 15, pattern: DECIMAL, optional: true, example: '1' },
  })
  atLeast?: string;

  @Text({
    zh: '低于即不得参评（figure）',
    en: 'Out below this value (figure)',
    ...{ max: 15, pattern: DECIMAL, optional: true, example: '80' },
  })
  below?: string;

  @Nested(() => NameDto, { zh: '说明', en: 'What is said', example: { zh: '有不及格课程', en: 'Has failed courses' } })
  reason: Bilingual;

  @Text({ zh: '依据', en: 'Where it comes from', max: 500, example: '学校学生奖励办法第八条' })
  source: string;
}

export class Component {
  @Text({ zh: '代码', en: 'Code', max: 30, pattern: CODE, example: 'gpa' })
  code: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '学业成绩', en: 'Grades' } })
  name: Bilingual;

  @Text({ zh: '权重；0 为仅作依据', en: 'Weight; 0: not in the total', max: 15, pattern: DECIMAL, example: '0.7' })
  weight: string;

  @Text({ zh: '满分', en: 'Highest score', max: 15, pattern: DECIMAL, example: '100' })
  max: string;

  @OneOf(SCORED_FROM, { zh: '来源', en: 'Where it comes from', example: 'sheet' })
  from: keyof typeof SCORED_FROM;

  @Text({
    zh: 'CEL 表达式（computed）；可用 score 的前列各项，decimal() 把文本变为小数',
    en: 'CEL over `score`, the components before it (computed); exact decimals',
    ...{ max: 500, optional: true, example: 'min(score.gpa * 20, 100)' },
  })
  expression?: string;

  @Int({ zh: '去掉几个最高分（people）', en: 'Highest marks left out', min: 0, max: 5, optional: true, example: 1 })
  dropHighest?: number;

  @Int({ zh: '去掉几个最低分（people）', en: 'Lowest marks left out', min: 0, max: 5, optional: true, example: 1 })
  dropLowest?: number;

  @Int({ zh: '至少几人打分（people）', en: 'Marks that there must be', min: 1, max: 50, optional: true, example: 3 })
  fewest?: number;
}

export class TieRule {
  @ListOf('text', { zh: '依次比较的分数项', en: 'Components that decide, in order', maxItems: 10, example: ['gpa'] })
  by: string[];

  @OneOf(TIES, { zh: '仍相同时', en: 'And if they are equal too', example: 'share' })
  then: keyof typeof TIES;
}

export class Level {
  @Text({ zh: '代码', en: 'Code', max: 30, pattern: CODE, example: 'first' })
  code: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '一等奖学金', en: 'First class' } })
  name: Bilingual;

  @Int({ zh: '金额（元）', en: 'Amount in yuan', nullable: true, min: 0, max: 10_000_000, example: 6000 })
  amount: number | null;

  @Int({
    zh: '名额占人数的千分比，按最大余数法取整；空：由名额数给出，未给出的不限',
    en: 'Places per mille of the students, by the largest remainder; null: as numbers, or else without limit',
    ...{ nullable: true, min: 0, max: 1000, example: 50 },
  })
  perMille: number | null;

  @Text({ zh: '最低总分', en: 'Lowest total', nullable: true, max: 15, pattern: DECIMAL, example: '60' })
  atLeast: string | null;
}

/** What makes the opinion of a class (民主评议) count. */
export class ClassReviewRule {
  @Int({ zh: '到会人数至少占应到的千分比', en: 'Present, per mille of those due', min: 1, max: 1000, example: 667 })
  quorumPerMille: number;

  @Int({ zh: '赞成至少占到会的千分比', en: 'In favour, per mille of those present', min: 1, max: 1000, example: 501 })
  favourPerMille: number;

  @Text({ zh: '依据', en: 'Where it comes from', max: 500, example: '教财〔2018〕16号' })
  source: string;
}

export class ExportColumn {
  @Text({ zh: '表头', en: 'Header', max: 50, example: '卡号' })
  header: string;

  @OneOf(EXPORT_VALUES, { zh: '内容', en: 'What stands in it', example: 'account' })
  value: keyof typeof EXPORT_VALUES;
}

export class ExportProfile {
  @Text({ zh: '代码', en: 'Code', max: 30, pattern: CODE, example: 'bank' })
  code: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '银行代发表', en: 'For the bank' } })
  name: Bilingual;

  @ListOf(() => ExportColumn, { zh: '列', en: 'Columns', minItems: 1, maxItems: 20 })
  columns: ExportColumn[];
}

/** What a round is, as data: a draft may change it; once the round is open it stays. */
export class RoundContent {
  @Nested(() => NameDto, {
    zh: '名称',
    en: 'Title',
    example: { zh: '2026 年国家励志奖学金', en: 'Scholarship of 2026' },
  })
  title: Bilingual;

  @OneOf(ROUND_KINDS, { zh: '种类', en: 'Kind', example: 'award' })
  kind: RoundKind;

  @Int({ zh: '学年（起始年）', en: 'School year, by its first year', min: 2000, max: 2999, example: 2026 })
  schoolYear: number;

  @Text({
    zh: '互斥组：同一学年同组只得一项（见 exclusions 的 awarded）',
    en: 'Group of which one may get one a school year; see exclusions',
    ...{ max: 30, pattern: CODE, nullable: true, example: 'national' },
  })
  group: string | null;

  @LongText({ zh: '依据', en: 'Where its rules come from', max: 1000, example: '学生资助资金管理办法' })
  source: string;

  @ListOf(ENTRY_WAYS, { zh: '参评方式', en: 'How one comes in', minItems: 1, maxItems: 3, unique: true })
  entry: EntryWay[];

  @DateOnly({ zh: '申请截止日（含）', en: 'Last day of applying', nullable: true, example: '2026-10-15' })
  entryUntil: string | null;

  @ListOf('uuid', { zh: '面向的单位；空为组织单位全体', en: 'For students of these units; none: all', maxItems: 200 })
  unitIds: string[];

  @ListOf('text', { zh: '面向的年级；空为全部', en: 'For these years of entry; none: all', maxItems: 20, example: [] })
  grades: string[];

  @ListOf(() => EligibilityRule, { zh: '参评条件', en: 'Who may come in', maxItems: 20, example: [] })
  eligibility: EligibilityRule[];

  @Json({ zh: '申请表（JSON Schema 2020-12）', en: 'The form, as JSON Schema 2020-12', maxBytes: 65_536 })
  form: Record<string, unknown>;

  @ListOf(() => Figure, { zh: '另行导入的数据', en: 'Further figures, by sheet', maxItems: 20, example: [] })
  figures: Figure[];

  @ListOf(() => ExclusionRule, { zh: '不得参评的情形', en: 'What rules somebody out', maxItems: 20, example: [] })
  exclusions: ExclusionRule[];

  @ListOf(() => Component, { zh: '分数项', en: 'Components of the score', minItems: 1, maxItems: 30 })
  components: Component[];

  @Nested(() => TieRule, { zh: '同分', en: 'Equal totals' })
  ties: TieRule;

  @OneOf(QUOTA_UNITS, { zh: '名额与排名的单位', en: 'Units that are ranked by themselves', example: 'college' })
  quotaBy: QuotaUnit;

  @ListOf(() => Level, { zh: '等级，自高到低', en: 'Levels, the highest first', minItems: 1, maxItems: 10 })
  levels: Level[];

  @Text({
    zh: '名单直接列入者的等级，不占名额、不参加排名；空为一同排名',
    en: 'Level of those who are in by a list, beside the ranking and the quota; null: they are ranked like the others',
    ...{ nullable: true, max: 30, pattern: CODE, example: 'special' },
  })
  automaticLevel: string | null;

  @Nested(() => ClassReviewRule, {
    zh: '班级民主评议；空为不需要',
    en: 'Opinion of the class, if asked',
    nullable: true,
  })
  classReview: ClassReviewRule | null;

  @Flag({ zh: '名单须先经学院审核', en: 'Colleges approve their part of the list first', example: true })
  collegeApproval: boolean;

  @ListOf(() => ExportProfile, { zh: '导出表', en: 'Exports', maxItems: 10, example: [] })
  exports: ExportProfile[];
}

export class QuotaRowDto {
  @Text({ zh: '等级', en: 'Level', max: 30, pattern: CODE, example: 'first' })
  level: string;

  @Uuid({ zh: '单位；quotaBy 为 school 时为组织单位', en: 'Unit; of `school` the unit that holds the round' })
  unitId: string;

  @Int({ zh: '名额', en: 'Places', min: 0, max: 1_000_000, example: 3 })
  places: number;
}
