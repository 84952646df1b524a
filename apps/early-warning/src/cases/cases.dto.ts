import { APPOINTMENT_KINDS, type AppointmentKind, WARNING_LEVELS, type WarningLevel } from '#contracts';
import { DateOnly, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { type Origin, ORIGINS, type Stage, STAGES } from './care-case.entity.js';
import {
  DECISION_KINDS,
  DECISION_STATUSES,
  type DecisionKind,
  MEASURE_STATUSES,
  type MeasureStatus,
} from './care-rows.entity.js';
import { CareEffect, CareKind, CareLevel } from './care.policy.js';
import { CASE_ACTIONS, type CaseAction } from './case-offers.js';

const MANY = 2_147_483_647;
const STUDENT = '00000000-0000-7000-8000-003000000001';

/** What a form for a case offers, by the school's policy of today. */
export class CareChoicesDto {
  @ListOf(() => CareKind, { zh: '种类', en: 'Kinds' })
  kinds: CareKind[];

  @ListOf(() => CareLevel, { zh: '级别，由轻到重', en: 'Levels, mildest first' })
  levels: CareLevel[];

  @ListOf(() => CareEffect, { zh: '帮扶成效', en: 'Effects' })
  effects: CareEffect[];
}

export class CasesQuery extends ListQuery {
  @AnyOf(STAGES, { zh: '阶段', en: 'Stages' }, ['helping'])
  stage?: Stage[];

  @AnyOf('text', { zh: '种类（学校规则中的代码）', en: 'Kinds, by their keys in the school’s rules' }, ['study'])
  kind?: string[];

  @AnyOf('text', { zh: '级别（学校规则中的代码）', en: 'Levels, by their keys in the school’s rules' }, ['serious'])
  level?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, [STUDENT])
  studentId?: string[];

  @AnyOf('uuid', { zh: '学生所属单位（含其下级）', en: 'Units of students, those below included' })
  unitId?: string[];

  @AnyOf('uuid', { zh: '负责人', en: 'Owners' })
  ownerId?: string[];

  @Flag({ zh: '是否已结案', en: 'Closed, or not', optional: true, example: false })
  closed?: boolean;

  @Flag({ zh: '是否有事项逾期', en: 'With, or without, something overdue', optional: true, example: true })
  overdue?: boolean;

  @Flag({ zh: '是否长期没有记录', en: 'Quiet for longer than the level allows, or not', optional: true, example: true })
  quiet?: boolean;

  @Uuid({ zh: '由该申请而立案的', en: 'Opened from this application', optional: true })
  applicationId?: string;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['openedAt', 'updatedAt'])
  sort?: string;
}

class AnsweringDto {
  @Uuid({ zh: '人员', en: 'Person' })
  personId: string;

  @Text({ zh: '姓名', en: 'Name', example: '教师1' })
  name: string;

  @OneOf(APPOINTMENT_KINDS, { zh: '任职', en: 'Post', example: 'counselor' })
  kind: AppointmentKind;
}

/** Where a student is, and who answers for them, in words. */
export class StudentPlaceDto {
  @Text({ zh: '学院', en: 'College', nullable: true, example: '计算机学院' })
  college: string | null;

  @Text({ zh: '班级', en: 'Class', nullable: true, example: '软工2401' })
  className: string | null;

  @ListOf(() => AnsweringDto, { zh: '辅导员', en: 'Counselors', maxItems: 50 })
  counselors: AnsweringDto[];
}

export class CareCaseDto {
  @Uuid({ zh: '个案', en: 'Case' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Nested(() => StudentPlaceDto, { zh: '所在学院、班级与辅导员', en: 'College, class and counselors' })
  where: StudentPlaceDto;

  @Text({ zh: '种类', en: 'Kind', max: 40, example: 'study' })
  kind: string;

  @OneOf(ORIGINS, { zh: '由来', en: 'Where it came from', example: 'warning' })
  origin: Origin;

  @Text({ zh: '级别；空为未定', en: 'Level; null: not yet', max: 40, nullable: true, example: 'serious' })
  level: string | null;

  @OneOf(STAGES, {
    zh: '阶段，由所登记的内容得出',
    en: 'How far it is; follows from what was recorded',
    example: 'helping',
  })
  stage: Stage;

  @Nested(() => PersonRefDto, { zh: '负责人', en: 'Owner' })
  owner: PersonRefDto;

  @Instant({ zh: '立案时间', en: 'Opened at' })
  openedAt: Date;

  @DateOnly({ zh: '最迟定级日期', en: 'Last day for its level', nullable: true, example: '2026-11-23' })
  levelDueOn: string | null;

  @DateOnly({ zh: '最迟复核日期', en: 'Last day for its next review', nullable: true, example: '2026-12-04' })
  reviewOn: string | null;

  @DateOnly({ zh: '最近有记录的日期', en: 'Last day of which something is recorded', example: '2026-11-20' })
  activeOn: string;

  @DateOnly({
    zh: '自该日起视为沉寂',
    en: 'From this day on it counts as quiet',
    nullable: true,
    example: '2026-11-30',
  })
  quietOn: string | null;

  @Flag({ zh: '已沉寂', en: 'It is quiet', example: false })
  quiet: boolean;

  @Flag({ zh: '有事项逾期', en: 'Something is overdue', example: false })
  overdue: boolean;

  @Instant({ zh: '结案时间', en: 'Closed at', nullable: true })
  closedAt: Date | null;

  @Text({ zh: '成效', en: 'Effect', max: 40, nullable: true, example: 'improved' })
  effect: string | null;

  @Int({ zh: '重新开启的次数', en: 'How often it was opened again', min: 0, max: MANY, example: 0 })
  reopenedCount: number;

  @Uuid({ zh: '由来的申请', en: 'The application from which it was opened', nullable: true })
  applicationId: string | null;

  @Instant({ zh: '最近变更', en: 'Last changed at' })
  updatedAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: CareCaseDto): CareCaseDto {
    return Object.assign(new CareCaseDto(), row);
  }
}

export class CareMemberDto {
  @Uuid({ zh: '成员记录', en: 'The membership' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '人员', en: 'Person' })
  person: PersonRefDto;

  @OneOf(APPOINTMENT_KINDS, { zh: '由哪一任职找到；空为直接指定', en: 'By which post; null: named', nullable: true })
  post: AppointmentKind | null;

  @Flag({ zh: '负责人', en: 'Leads the team', example: true })
  lead: boolean;

  @LongText({ zh: '职责；不可见或已删除时为空', en: 'Duties; null: not for you, or erased', max: 1000, nullable: true })
  duties: string | null;

  @Instant({ zh: '加入时间', en: 'Joined at' })
  joinedAt: Date;
}

export class CareMeasureDto {
  @Uuid({ zh: '措施', en: 'Measure' })
  id: string;

  @LongText({ zh: '内容；不可见或已删除时为空', en: 'What; null: not for you, or erased', max: 2000, nullable: true })
  what: string | null;

  @Nested(() => PersonRefDto, { zh: '责任人', en: 'Who does it' })
  owner: PersonRefDto;

  @DateOnly({ zh: '期限', en: 'Last day', example: '2026-12-01' })
  dueOn: string;

  @OneOf(MEASURE_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: MeasureStatus;

  @LongText({ zh: '结果', en: 'What came of it', max: 2000, nullable: true, example: '已完成' })
  result: string | null;
}

export class CareDecisionDto {
  @Uuid({ zh: '提议', en: 'Proposal' })
  id: string;

  @OneOf(DECISION_KINDS, { zh: '事项', en: 'What', example: 'level' })
  what: DecisionKind;

  @Text({ zh: '级别', en: 'Level', max: 40, nullable: true, example: 'serious' })
  level: string | null;

  @Text({ zh: '成效', en: 'Effect', max: 40, nullable: true, example: 'improved' })
  effect: string | null;

  @OneOf(DECISION_STATUSES, { zh: '状态', en: 'Status', example: 'proposed' })
  status: keyof typeof DECISION_STATUSES;

  @LongText({ zh: '理由；不可见或已删除时为空', en: 'Why; null: not for you, or erased', max: 4000, nullable: true })
  reason: string | null;

  @Nested(() => PersonRefDto, { zh: '提议人', en: 'Proposed by' })
  proposedBy: PersonRefDto;

  @Instant({ zh: '提议时间', en: 'Proposed at' })
  proposedAt: Date;
}

export class CareTransferDto {
  @Uuid({ zh: '转接', en: 'Transfer' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '转出人', en: 'From' })
  from: PersonRefDto;

  @Nested(() => PersonRefDto, { zh: '接收人', en: 'To' })
  to: PersonRefDto;

  @LongText({ zh: '理由；已删除时为空', en: 'Why; null: erased', max: 2000, nullable: true, example: '学生转专业' })
  reason: string | null;

  @Instant({ zh: '最迟答复时间', en: 'To be answered by' })
  dueAt: Date;
}

class TakenWarningDto {
  @Uuid({ zh: '预警', en: 'Warning' })
  id: string;

  @Text({ zh: '规则代码', en: 'Code of the rule', example: 'dorm.late' })
  ruleCode: string;

  @OneOf(WARNING_LEVELS, { zh: '级别', en: 'Level', example: 'yellow' })
  level: WarningLevel;

  @Text({ zh: '状态', en: 'Status', example: 'confirmed' })
  status: string;
}

class TakenReferralDto {
  @Uuid({ zh: '反映', en: 'Referral' })
  id: string;

  @Text({ zh: '种类', en: 'Kind', max: 40, example: 'mood' })
  kind: string;

  @Text({ zh: '紧急程度', en: 'How urgent it was', max: 40, example: 'soon' })
  urgency: string;

  @Instant({ zh: '反映时间', en: 'Sent at' })
  raisedAt: Date;
}

export class CaseActionDto {
  @OneOf(CASE_ACTIONS, { zh: '办理', en: 'Action', example: 'record' })
  action: CaseAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** A case with its plan and its team. What was recorded is in the timeline. */
export class CareCaseDetailDto extends CareCaseDto {
  @Flag({ zh: '能看专班内容', en: 'You read what is meant for the team', example: true })
  confides: boolean;

  @LongText({
    zh: '立案缘由；不可见或已删除时为空',
    en: 'Why it was opened; null: not for you, or erased',
    nullable: true,
  })
  summary: string | null;

  @LongText({
    zh: '帮扶目标；无、不可见或已删除时为空',
    en: 'Goals; null: none, not for you, or erased',
    nullable: true,
  })
  goals: string | null;

  @ListOf(() => CareMeasureDto, { zh: '措施', en: 'Measures', maxItems: 200 })
  measures: CareMeasureDto[];

  @ListOf(() => CareMemberDto, { zh: '专班', en: 'Team', maxItems: 100 })
  team: CareMemberDto[];

  @ListOf(() => CareDecisionDto, { zh: '待确认的提议', en: 'Proposals that wait', maxItems: 3 })
  proposals: CareDecisionDto[];

  @Nested(() => CareTransferDto, { zh: '等待答复的转接', en: 'Transfer that awaits an answer', nullable: true })
  transfer: CareTransferDto | null;

  @ListOf(() => TakenWarningDto, { zh: '并入的预警', en: 'Warnings that it took', maxItems: 1000 })
  warnings: TakenWarningDto[];

  @ListOf(() => TakenReferralDto, { zh: '并入的反映', en: 'Referrals that it took', maxItems: 1000 })
  referrals: TakenReferralDto[];

  @ListOf(() => CaseActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 20,
  })
  actions: CaseActionDto[];
}
