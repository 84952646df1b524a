import { Flag, Instant, Int, Json, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, PersonRefDto, RowResultDto, Sort, UpdatedSince } from '#http';
import { NameDto, RefusalDto } from '#workflow';
import { DECIMAL } from './exact.js';
import { ENTRY_WAYS, type EntryWay, ROUND_KINDS, type RoundKind } from './round-content.js';
import {
  ENTRY_ACTIONS,
  ENTRY_STATUSES,
  type EntryAction,
  type EntryOutcome,
  type EntryStatus,
  OUTCOMES,
} from './round-entry.entity.js';

const MANY = 2_147_483_647;
const TITLE = { zh: '2026 年国家励志奖学金', en: 'Scholarship of 2026' };

export class RoundEntriesQuery extends ListQuery {
  @AnyOf('uuid', { zh: '批次', en: 'Rounds' }, ['0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f'])
  roundId?: string[];

  @AnyOf(ENTRY_STATUSES, { zh: '状态', en: 'Statuses' }, ['entered'])
  status?: EntryStatus[];

  @AnyOf(OUTCOMES, { zh: '结果', en: 'Outcomes' }, ['awarded'])
  outcome?: EntryOutcome[];

  @AnyOf('text', { zh: '等级', en: 'Levels' }, ['first'])
  level?: string[];

  @AnyOf(ENTRY_WAYS, { zh: '参评方式', en: 'How they came in' }, ['self'])
  way?: EntryWay[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf('uuid', { zh: '单位', en: 'Units the students belong to' }, ['00000000-0000-7000-8000-000200000001'])
  unitId?: string[];

  @Flag({ zh: '只列出本人的', en: 'One’s own', optional: true, example: true })
  mine?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt', 'place'])
  sort?: string;
}

/** A student in a round, as a list shows them. */
export class RoundEntryDto {
  @Uuid({ zh: '参评', en: 'Entry' })
  id: string;

  @Uuid({ zh: '批次', en: 'Round' })
  roundId: string;

  @Nested(() => NameDto, { zh: '批次名称', en: 'Title of the round', example: TITLE })
  title: NameDto;

  @OneOf(ROUND_KINDS, { zh: '批次种类', en: 'Kind of the round', example: 'award' })
  kind: RoundKind;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @OneOf(ENTRY_WAYS, { zh: '参评方式', en: 'How they came in', example: 'self' })
  way: EntryWay;

  @OneOf(ENTRY_STATUSES, { zh: '状态', en: 'Status', example: 'entered' })
  status: EntryStatus;

  @OneOf(OUTCOMES, { zh: '结果；本人自公示起可见', en: 'Outcome; to the student from the notice on', nullable: true })
  outcome: EntryOutcome | null;

  @Text({ zh: '等级', en: 'Level', nullable: true, max: 30, example: 'first' })
  level: string | null;

  @Int({ zh: '名次', en: 'Place in its unit', nullable: true, min: 1, max: MANY, example: 3 })
  place: number | null;

  @Text({ zh: '总分', en: 'Total', nullable: true, max: 30, example: '88.25' })
  total: string | null;

  @Flag({ zh: '因并列超出名额', en: 'In beyond the quota, as it shares a place', example: false })
  overQuota: boolean;

  @Instant({ zh: '结果撤销时间', en: 'Revoked at', nullable: true, example: '2027-03-01T02:00:00.000Z' })
  revokedAt: Date | null;

  @Instant({ zh: '参评时间', en: 'Entered at', example: '2026-09-20T02:00:00.000Z' })
  createdAt: Date;

  @Instant({ zh: '最近变化', en: 'Last changed at', example: '2026-09-21T02:00:00.000Z' })
  updatedAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(row: RoundEntryDto): RoundEntryDto {
    return Object.assign(new RoundEntryDto(), row);
  }
}

export class EnterDto {
  @Uuid({ zh: '批次', en: 'Round' })
  roundId: string;

  @Uuid({
    zh: '学生；缺省为本人。班主任、辅导员填写即为推荐',
    en: 'The student, oneself when left out; from staff it is a nomination',
    optional: true,
    example: '00000000-0000-7000-8000-003000000001',
  })
  studentId?: string;

  @Json({
    zh: '申请表内容',
    en: 'The form as filled in',
    optional: true,
    maxBytes: 65_536,
    example: { reason: '成绩优秀' },
  })
  data?: Record<string, unknown>;
}

export class EntryFormDto {
  @Json({ zh: '申请表内容', en: 'The form as filled in', maxBytes: 65_536, example: { reason: '成绩优秀' } })
  data: Record<string, unknown>;
}

export class RevokeEntryDto {
  @LongText({ zh: '理由，本人可见', en: 'Why; the student sees it', max: 1000, example: '材料不实' })
  reason: string;
}

class FactDto {
  @Text({ zh: '数据', en: 'Which figure', max: 50, example: 'failed_courses' })
  name: string;

  @Text({ zh: '值；空文本为未知', en: 'Its value; empty: not known', min: 0, max: 50, example: '2' })
  value: string;
}

/** Why somebody is not ranked, with what was found. */
export class ExclusionDto {
  @Text({ zh: '代码', en: 'Code', max: 30, example: 'failed' })
  code: string;

  @Nested(() => NameDto, { zh: '说明', en: 'What it says', example: { zh: '有不及格课程', en: 'Has failed courses' } })
  reason: NameDto;

  @Text({ zh: '依据', en: 'Where it comes from', max: 1000, example: '学校学生奖励办法第八条' })
  source: string;

  @ListOf(() => FactDto, { zh: '事实与界限', en: 'What was found, and the limit', maxItems: 50 })
  facts: FactDto[];
}

class ScoreDto {
  @Text({ zh: '分数项', en: 'Component', max: 30, example: 'gpa' })
  component: string;

  @Text({ zh: '分数', en: 'Score', max: 30, example: '92.5' })
  score: string;
}

export class MarkDto {
  @Text({ zh: '分数项（people）', en: 'Component that people score', max: 30, example: 'interview' })
  component: string;

  @Text({ zh: '分数', en: 'Score', max: 15, pattern: DECIMAL, example: '88.5' })
  value: string;
}

export class EntryActionDto {
  @OneOf(ENTRY_ACTIONS, { zh: '办理', en: 'Action', example: 'withdraw' })
  action: EntryAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class ClassReviewCountsDto {
  @Int({ zh: '赞成', en: 'In favour', min: 0, max: 10_000, example: 25 })
  favour: number;

  @Int({ zh: '反对', en: 'Against', min: 0, max: 10_000, example: 1 })
  against: number;

  @Int({ zh: '弃权', en: 'Abstained', min: 0, max: 10_000, example: 2 })
  abstained: number;

  @Int({ zh: '到会', en: 'Present', min: 0, max: 10_000, example: 28 })
  present: number;

  @Int({ zh: '应到', en: 'Due', min: 1, max: 10_000, example: 30 })
  due: number;
}

/** One entry with everything about it that the caller may see. */
export class RoundEntryDetailDto extends RoundEntryDto {
  @Json({ zh: '申请表内容；无或已删除时为空', en: 'The form; null: none, or erased', nullable: true, maxBytes: 65_536 })
  data: Record<string, unknown> | null;

  @Text({
    zh: '直接列入的原因；仅本人与对其负责的人员可见',
    en: 'Group by which they are in; to the student and who answers for them alone',
    ...{ nullable: true, max: 50, example: '低保' },
  })
  automaticGroup: string | null;

  @Nested(() => ByDto, { zh: '由谁提出', en: 'Brought in by' })
  createdBy: ByDto;

  @ListOf(() => ScoreDto, { zh: '各项分数', en: 'Scores', maxItems: 30, example: [] })
  scores: ScoreDto[];

  @ListOf(() => ExclusionDto, {
    zh: '不得参评的情形及事实',
    en: 'What rules them out, with the facts',
    maxItems: 50,
    example: [],
  })
  exclusions: ExclusionDto[];

  @ListOf(() => MarkDto, {
    zh: '本人（评委）所打的分',
    en: 'What the caller gave as a reviewer',
    maxItems: 30,
    example: [],
  })
  ownMarks: MarkDto[];

  @Nested(() => ClassReviewCountsDto, { zh: '民主评议', en: 'Opinion of the class', nullable: true })
  classReview: ClassReviewCountsDto | null;

  @LongText({ zh: '撤销理由', en: 'Why it was revoked', nullable: true, max: 1000, example: '材料不实' })
  revokedFor: string | null;

  @ListOf(() => EntryActionDto, { zh: '可进行的办理，及不能的原因', en: 'What can be done, or why not', maxItems: 10 })
  actions: EntryActionDto[];
}

class MarksRowDto {
  @Uuid({ zh: '参评', en: 'Entry' })
  id: string;

  @ListOf(() => MarkDto, { zh: '分数', en: 'Marks', minItems: 1, maxItems: 30 })
  marks: MarkDto[];
}

export class MarksDto {
  @ListOf(() => MarksRowDto, {
    zh: '逐个打分；再次提交即更改',
    en: 'Marks by entry; sent again they take the place',
    minItems: 1,
    maxItems: 200,
  })
  rows: MarksRowDto[];
}

class ClassReviewRowDto extends ClassReviewCountsDto {
  @Uuid({ zh: '参评', en: 'Entry' })
  id: string;
}

export class ClassReviewsDto {
  @ListOf(() => ClassReviewRowDto, {
    zh: '逐个登记；赞成、反对与弃权之和须等于到会；再次提交即更改',
    en: 'By entry; favour, against and abstained add up to present; sent again they take the place',
    ...{ minItems: 1, maxItems: 200 },
  })
  rows: ClassReviewRowDto[];
}

export class EntryResultDto extends RowResultDto {
  @OneOf(ENTRY_STATUSES, { zh: '状态；有问题时为 null', en: 'Status; null with a problem', nullable: true })
  status: EntryStatus | null;
}

export class EntryResultsDto {
  @ListOf(() => EntryResultDto, { zh: '逐个结果，顺序同请求', en: 'A result per row, in their order', maxItems: 200 })
  rows: EntryResultDto[];
}
