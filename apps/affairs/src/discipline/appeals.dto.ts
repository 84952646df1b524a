import { DateOnly, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import {
  APPEAL_ACTIONS,
  APPEAL_OUTCOMES,
  APPEAL_STATUSES,
  type AppealAction,
  type AppealOutcome,
  type AppealStatus,
} from './appeal.entity.js';
import { SANCTION_KINDS, type SanctionKind } from './sanction.entity.js';

const MANY = 2_147_483_647;

export class SanctionAppealsQuery extends ListQuery {
  @AnyOf(APPEAL_STATUSES, { zh: '状态', en: 'Statuses' }, ['waiting'])
  status?: AppealStatus[];

  @AnyOf('uuid', { zh: '处分', en: 'Sanctions' })
  sanctionId?: string[];

  @Flag({ zh: '是否已超期限', en: 'Has the time to decide passed, or not?', optional: true, example: true })
  overdue?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['dueOn', 'updatedAt'])
  sort?: string;
}

export class AppealDto {
  @LongText({ zh: '申诉理由', en: 'Why, in the student’s words', max: 4000, example: '事实认定有误，附说明' })
  text: string;
}

export class DecideAppealDto {
  @OneOf(APPEAL_OUTCOMES, { zh: '结论', en: 'Outcome', example: 'upheld' })
  outcome: AppealOutcome;

  @LongText({ zh: '复查结论与理由', en: 'The conclusion, and why', max: 4000, example: '事实清楚，程序合规' })
  conclusion: string;

  @OneOf(SANCTION_KINDS, {
    zh: '变更后的种类',
    en: 'The kind it becomes, when changed',
    optional: true,
    example: 'warning',
  })
  kind?: SanctionKind;

  @Int({
    zh: '变更后的期限（月）',
    en: 'The months it lasts, when changed',
    ...{ optional: true, min: 1, max: 60, example: 6 },
  })
  months?: number;
}

export class DeliverConclusionDto {
  @DateOnly({ zh: '复查结论送达日期', en: 'The conclusion was delivered on', example: '2026-12-06' })
  deliveredOn: string;
}

export class SanctionAppealDto {
  @Uuid({ zh: '申诉', en: 'Appeal' })
  id: string;

  @Uuid({ zh: '处分', en: 'Sanction' })
  sanctionId: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @OneOf(APPEAL_STATUSES, { zh: '状态', en: 'Status', example: 'waiting' })
  status: AppealStatus;

  @DateOnly({ zh: '申诉日期', en: 'Appealed on', example: '2026-11-25' })
  appealedOn: string;

  @DateOnly({ zh: '复查期限（含）', en: 'To be decided by this day', example: '2026-12-10' })
  dueOn: string;

  @Flag({ zh: '期限已延长', en: 'The time was extended', example: false })
  extended: boolean;

  @Flag({ zh: '已超期限', en: 'It is not decided, and the time has passed', example: false })
  overdue: boolean;

  @DateOnly({ zh: '结论日期', en: 'Decided on', nullable: true, example: '2026-12-05' })
  decidedOn: string | null;

  @DateOnly({
    zh: '复查结论送达日期',
    en: 'The student got the conclusion on',
    ...{ nullable: true, example: '2026-12-06' },
  })
  conclusionDeliveredOn: string | null;

  @DateOnly({
    zh: '可向省级教育行政部门申诉至（含），自结论送达起算',
    en: 'The student may go to the province until this day, counted from the delivery of the conclusion',
    ...{ nullable: true, example: '2026-12-21' },
  })
  provinceUntil: string | null;

  @OneOf(SANCTION_KINDS, {
    zh: '变更前的种类',
    en: 'What it was before it was changed',
    nullable: true,
    example: 'demerit',
  })
  kindBefore: SanctionKind | null;

  @Int({ zh: '变更前的期限（月）', en: 'Months it lasted before', nullable: true, min: 1, max: 60, example: 12 })
  monthsBefore: number | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: SanctionAppealDto): SanctionAppealDto {
    return Object.assign(new SanctionAppealDto(), row);
  }
}

/** What a member of the committee says. */
export class AppealOpinionDto {
  @Nested(() => PersonRefDto, { zh: '委员', en: 'Member' })
  member: PersonRefDto;

  @OneOf(APPEAL_OUTCOMES, { zh: '意见', en: 'What it is to come to', example: 'upheld' })
  outcome: AppealOutcome;

  @OneOf(SANCTION_KINDS, { zh: '变更后的种类', en: 'The kind it becomes', nullable: true, example: 'warning' })
  kind: SanctionKind | null;

  @Int({ zh: '变更后的期限（月）', en: 'The months it lasts', nullable: true, min: 1, max: 60, example: 6 })
  months: number | null;

  @LongText({
    zh: '理由；学生个人信息已删除时为空',
    en: 'Why; null when the student’s data was erased',
    ...{ max: 4000, nullable: true, example: '事实清楚，程序合规' },
  })
  conclusion: string | null;

  @Instant({ zh: '表态时间', en: 'Said at', example: '2026-12-04T02:00:00.000Z' })
  givenAt: Date;

  @Flag({
    zh: '现为委员；离任后其意见不再计入',
    en: 'Is of the committee today; what somebody has said who left it does not count until it is decided',
    example: true,
  })
  present: boolean;
}

export class SanctionAppealActionDto {
  @OneOf(APPEAL_ACTIONS, { zh: '办理', en: 'Action', example: 'decide' })
  action: AppealAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** One appeal with what was said. */
export class SanctionAppealDetailDto extends SanctionAppealDto {
  @LongText({
    zh: '申诉理由；学生个人信息已删除时为空',
    en: 'Why, in the student’s words; null when the student’s data was erased',
    ...{ max: 4000, nullable: true, example: '事实认定有误' },
  })
  text: string | null;

  @LongText({ zh: '复查结论与理由', en: 'The conclusion, and why', max: 4000, nullable: true, example: '维持原处分' })
  conclusion: string | null;

  @Int({
    zh: '意见一致的委员达到多少名即为结论',
    en: 'It is decided when so many members of the committee say the same',
    ...{ min: 1, max: 15, example: 1 },
  })
  members: number;

  @ListOf(() => AppealOpinionDto, {
    zh: '委员的表态；仅委员可见',
    en: 'What members have said; shown to members alone',
    ...{ maxItems: 1000, example: [] },
  })
  opinions: AppealOpinionDto[];

  @ListOf(() => SanctionAppealActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: SanctionAppealActionDto[];
}
