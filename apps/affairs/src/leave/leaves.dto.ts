import {
  APPOINTMENT_KINDS,
  type AppointmentKind,
  type Bilingual,
  LEAVE_KINDS,
  type LeaveKind,
  PLACE_KINDS,
  UNIT_KINDS,
  type UnitKind,
} from '#contracts';
import { Decimal, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { ByDto, PageQuery, PersonRefDto } from '#http';
import type { Person } from '#roster';
import type { Opened } from '#vault';
import {
  AT_DEADLINE,
  AvailableActionDto,
  type Case,
  commentOn,
  NameDto,
  OPERATIONS,
  outlineOf,
  type OutlinedStep,
  SignatureDto,
} from '#workflow';
import type { Assessment } from './leave.checks.js';
import { LEAVE_PROOF } from './leave.files.js';
import type { LeaveOffer } from './leave-offers.js';
import {
  CLOSED_HOW,
  type ClosedHow,
  type Leave,
  LEAVE_OPERATIONS,
  LEAVE_STATUSES,
  type LeaveStatus,
} from './leave.entity.js';

export class LeaveHistoryQuery extends PageQuery {}

const ANY_UNIT = { ...UNIT_KINDS, ...PLACE_KINDS };
const STEP = { position: 1, kind: 'counselor', unitKind: null };

class PlannedStepDto {
  @Int({ zh: '序号', en: 'Position', min: 1, max: 10, example: 1 })
  position: number;

  @OneOf(APPOINTMENT_KINDS, { zh: '任职', en: 'Post', example: 'counselor' })
  kind: AppointmentKind;

  @OneOf(ANY_UNIT, { zh: '单位种类；空为不限', en: 'Kind of unit; null = any', nullable: true, example: 'college' })
  unitKind: UnitKind | null;

  @ListOf(() => PersonRefDto, { zh: '可审批的人员', en: 'Who could decide it', maxItems: 1000, example: [] })
  people: PersonRefDto[];
}

export const FINDING_SEVERITIES = {
  blocker: { zh: '不能提交', en: 'stands in the way' },
  warning: { zh: '提醒', en: 'to be aware of' },
} as const satisfies Record<string, Bilingual>;

class LeaveFindingDto {
  @OneOf(FINDING_SEVERITIES, { zh: '轻重', en: 'Severity', example: 'blocker' })
  severity: 'blocker' | 'warning';

  @Text({ zh: '代码', en: 'Stable code', max: 50, example: 'apply-earlier' })
  code: string;

  @Text({ zh: '所指内容', en: 'Part of the request', max: 50, example: '#/startsAt' })
  pointer: string;

  @Text({ zh: '中文说明', en: 'In Chinese', example: '须提前 1 个工作日申请' })
  zh: string;

  @Text({ zh: '英文说明', en: 'In English', example: 'Apply 1 working day(s) ahead' })
  en: string;
}

/** What would become of a request: who decides, what is missing, what collides. */
export class LeavePrecheckDto {
  @Flag({ zh: '能否提交', en: 'Can it be submitted?', example: false })
  possible: boolean;

  @Decimal({ zh: '天数（所涉的天或半天）', en: 'Days, or half days, touched', min: 0, max: 1_000_000, example: 2 })
  days: number;

  @Int({ zh: '所依政策版本', en: 'Version of the policy', min: 0, max: 1_000_000, example: 0 })
  policyVersion: number;

  @ListOf(() => PlannedStepDto, { zh: '审批环节', en: 'Steps', maxItems: 10, example: [{ ...STEP, people: [] }] })
  steps: PlannedStepDto[];

  @ListOf(() => LeaveFindingDto, { zh: '核查结果', en: 'Findings', maxItems: 20, example: [] })
  findings: LeaveFindingDto[];

  static from(assessment: Assessment, people: Person[]): LeavePrecheckDto {
    const { days, policyVersion, findings } = assessment;
    const steps = assessment.steps.map(({ kind, unitKind, personIds }, i) => ({
      position: i + 1,
      kind,
      unitKind,
      people: people.filter(({ id }) => personIds.includes(id)).map((person) => PersonRefDto.from(person)),
    }));
    const possible = findings.every(({ severity }) => severity !== 'blocker');
    return Object.assign(new LeavePrecheckDto(), { possible, days, policyVersion, steps, findings });
  }
}

/** A leave as a list shows it: without reason, destination and contact. */
export class LeaveDto {
  @Uuid({ zh: '请假', en: 'Leave' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @OneOf(LEAVE_KINDS, { zh: '类别', en: 'Kind', example: 'personal' })
  kind: LeaveKind;

  @OneOf(LEAVE_STATUSES, { zh: '状态', en: 'Status', example: 'approved' })
  status: LeaveStatus;

  @Instant({ zh: '开始', en: 'From (inclusive)', example: '2026-12-03T00:00:00.000Z' })
  startsAt: Date;

  @Instant({
    zh: '有效结束：计划结束或更早的返校时间',
    en: 'End that counts (exclusive)',
    example: '2026-12-04T14:00:00.000Z',
  })
  endsAt: Date;

  @Instant({ zh: '申请的结束时间', en: 'End that was asked for', example: '2026-12-04T14:00:00.000Z' })
  plannedEndsAt: Date;

  @Flag({ zh: '紧急', en: 'Urgent', example: false })
  urgent: boolean;

  @Flag({ zh: '欠交材料', en: 'Papers still have to come', example: false })
  proofPending: boolean;

  @Int({ zh: '被退回次数', en: 'Times returned for correction', min: 0, max: 1000, example: 0 })
  returnedCount: number;

  @Instant({
    zh: '待批续假的结束时间',
    en: 'End of an extension that awaits decision',
    nullable: true,
    example: '2026-12-06T14:00:00.000Z',
  })
  extensionEndsAt: Date | null;

  @Instant({
    zh: '最迟销假时间',
    en: 'The return must be known by',
    nullable: true,
    example: '2026-12-08T16:00:00.000Z',
  })
  returnBy: Date | null;

  @Instant({ zh: '返校时间', en: 'Back at', nullable: true, example: '2026-12-04T12:10:00.000Z' })
  returnedAt: Date | null;

  @OneOf(CLOSED_HOW, { zh: '销假方式', en: 'How it was closed', nullable: true, example: 'gate' })
  closedHow: ClosedHow | null;

  @Flag({ zh: '逾期未销假', en: 'Overdue: no return known in time', example: false })
  overdue: boolean;

  @Flag({ zh: '逾期返校', en: 'Came back later than allowed', example: false })
  returnedLate: boolean;

  @Uuid({ zh: '所属的集体请假', en: 'The group leave that it is a part of', nullable: true })
  groupId: string | null;

  @Instant({ zh: '提交时间', en: 'Submitted at', example: '2026-12-01T02:00:00.000Z' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 2 })
  version: number;

  static from(leave: Leave, student: PersonRefDto): LeaveDto {
    return LeaveDto.fill(new LeaveDto(), leave, student);
  }

  protected static fill<T extends LeaveDto>(dto: T, leave: Leave, student: PersonRefDto): T {
    const { id, kind, status, startsAt, endsAt, plannedEndsAt, urgent, proofPending, returnedCount } = leave;
    const { extensionEndsAt, returnBy, returnedAt, closedHow, groupId, createdAt, version } = leave;
    return Object.assign(dto, {
      ...{ id, student, kind, status, startsAt, endsAt, plannedEndsAt, urgent, proofPending, returnedCount },
      ...{ extensionEndsAt, returnBy, returnedAt, closedHow, groupId },
      overdue: closedHow === 'late',
      returnedLate: returnedAt !== null && returnBy !== null && returnedAt > returnBy,
      createdAt,
      version,
    });
  }
}

export const STEP_DECISIONS = {
  pending: { zh: '待审批', en: 'not decided yet' },
  approved: { zh: '同意', en: 'approved' },
  rejected: { zh: '不同意', en: 'rejected' },
  returned: { zh: '退回补正', en: 'returned for correction' },
} as const satisfies Record<string, Bilingual>;
export type StepDecision = keyof typeof STEP_DECISIONS;

class LeaveStepDto {
  @Int({ zh: '序号', en: 'Position', min: 1, max: 10, example: 1 })
  position: number;

  @OneOf(APPOINTMENT_KINDS, { zh: '任职', en: 'Post', example: 'counselor' })
  kind: AppointmentKind;

  @OneOf(ANY_UNIT, { zh: '单位种类；空为不限', en: 'Kind of unit; null = any', nullable: true, example: 'college' })
  unitKind: UnitKind | null;

  @Int({ zh: '所依政策版本', en: 'Version of the policy', min: 0, max: 1_000_000, example: 0 })
  policyVersion: number;

  @OneOf(STEP_DECISIONS, { zh: '决定', en: 'Decision', example: 'pending' })
  decision: StepDecision;

  @Uuid({ zh: '审批人', en: 'Decided by', nullable: true })
  decidedBy: string | null;

  @Instant({ zh: '审批时间', en: 'Decided at', nullable: true, example: '2026-12-01T03:00:00.000Z' })
  decidedAt: Date | null;

  @LongText({ zh: '意见', en: 'Comment', max: 1000, nullable: true, example: '同意' })
  comment: string | null;

  @Text({ zh: '代码，退回时用', en: 'Key, for a return', max: 50, example: 'step-1-from-1' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '辅导员', en: 'Counselor' } })
  name: NameDto;

  @Instant({ zh: '时限', en: 'To be decided by', nullable: true, example: '2026-12-02T16:00:00.000Z' })
  dueAt: string | null;

  @Flag({ zh: '已超时限', en: 'The deadline has passed', example: false })
  overdue: boolean;

  @ListOf(() => SignatureDto, { zh: '签批', en: 'Signatures', maxItems: 1000, example: [] })
  signatures: SignatureDto[];

  static from(
    case_: Case,
    { step, signers, decision, decisive, dueAt, overdue }: OutlinedStep,
    i: number,
  ): LeaveStepDto {
    const { post, unitKind = null } = step.signers[0] as (typeof step.signers)[number];
    return Object.assign(new LeaveStepDto(), {
      ...{ position: i + 1, kind: post, unitKind, policyVersion: case_.instance.facts['policyVersion'] ?? 0 },
      ...{ decision: decision ?? 'pending', decidedBy: decisive?.by ?? null, decidedAt: decisive?.at ?? null },
      ...{ comment: decisive ? commentOn(case_, decisive) : null, key: step.key, name: step.name, dueAt, overdue },
      signatures: signers.map((signer) => SignatureDto.from(signer)),
    });
  }
}

const { refresh: _refresh, expire: _expire, ...OFFERED } = { ...OPERATIONS, ...LEAVE_OPERATIONS };

/** Something that can be done with a leave, or why the caller cannot now. */
export class LeaveOfferDto extends AvailableActionDto {
  @OneOf(OFFERED, { zh: '办理', en: 'Action', example: 'approve' })
  declare action: keyof typeof OFFERED;

  static of({ action, choices, refusal }: LeaveOffer): LeaveOfferDto {
    return LeaveOfferDto.fill(new LeaveOfferDto(), action, refusal ?? choices);
  }
}

/** One leave with everything about it. */
export class LeaveDetailDto extends LeaveDto {
  @LongText({
    zh: '事由；学生个人信息已删除时为空',
    en: "Reason; null when the student's data was erased",
    max: 2000,
    nullable: true,
    example: '回家探望祖父',
  })
  reason: string | null;

  @Text({
    zh: '去向；学生个人信息已删除时为空',
    en: "Destination; null when the student's data was erased",
    nullable: true,
    example: '陕西省宝鸡市',
  })
  destination: string | null;

  @Text({ zh: '联系方式', en: 'How to be reached', max: 100, nullable: true, example: '可电话联系' })
  contact: string | null;

  @ListOf(() => FileDto, { zh: '证明材料', en: 'Proofs', maxItems: LEAVE_PROOF.maxFiles })
  attachments: FileDto[];

  @Nested(() => ByDto, { zh: '提交者', en: 'Submitted by' })
  submittedBy: ByDto;

  @LongText({ zh: '续假事由', en: 'Why longer', max: 2000, nullable: true, example: '返程车票改签' })
  extensionReason: string | null;

  @ListOf(() => LeaveStepDto, { zh: '本轮审批环节', en: 'Steps of the present round', maxItems: 10, example: [STEP] })
  steps: LeaveStepDto[];

  @ListOf(() => LeaveOfferDto, {
    zh: '可对其进行的全部办理：本人能否进行，及不能的原因',
    en: 'Everything that can be done with it: whether the caller may now, or why not',
    maxItems: 30,
    example: [],
  })
  actions: LeaveOfferDto[];

  static of(
    { leave, texts }: { leave: Leave; texts: Opened<Leave> },
    student: PersonRefDto,
    attachments: FileDto[],
    case_: Case | undefined,
    offers: LeaveOffer[],
  ): LeaveDetailDto {
    const { submittedBy, submittedByApp } = leave;
    const { reason, destination, contact, extensionReason } = texts;
    return Object.assign(LeaveDto.fill(new LeaveDetailDto(), leave, student), {
      ...{ reason, destination, contact, attachments, extensionReason },
      submittedBy: ByDto.of(submittedBy, submittedByApp),
      steps: case_ ? outlineOf(case_).map((step, i) => LeaveStepDto.from(case_, step, i)) : [],
      actions: offers.map((offer) => LeaveOfferDto.of(offer)),
    });
  }
}

export const LEAVE_ACTIONS = {
  submit: { zh: '提交', en: 'submitted' },
  ...OPERATIONS,
  ...AT_DEADLINE,
  ...LEAVE_OPERATIONS,
  reopen: { zh: '更正：尚未返校', en: 'corrected: not back yet' },
  overdue: { zh: '逾期未销假', en: 'found overdue' },
} as const satisfies Record<string, Bilingual>;
export type LeaveAction = keyof typeof LEAVE_ACTIONS;

/** A row of the history, as SQL gives it. */
export interface LeaveActionRow {
  id: string;
  action: LeaveAction;
  personId: string | null;
  app: string;
  comment: string | null;
  from: string | null;
  to: string | null;
  occurredAt: Date;
  key: string;
}

/** One line of a leave's history. */
export class LeaveActionDto {
  @Uuid({ zh: '记录', en: 'Entry' })
  id: string;

  @OneOf(LEAVE_ACTIONS, { zh: '动作', en: 'Action', example: 'approve' })
  action: LeaveAction;

  @Nested(() => ByDto, { zh: '由谁', en: 'By whom' })
  by: ByDto;

  @LongText({ zh: '意见', en: 'Comment', max: 2000, nullable: true, example: '同意' })
  comment: string | null;

  @Instant({ zh: '时间', en: 'When', example: '2026-12-01T03:00:00.000Z' })
  occurredAt: Date;

  @Text({ zh: '办理前所处环节', en: 'Where it was before', max: 50, nullable: true, example: 'step-1-from-1' })
  from: string | null;

  @Text({ zh: '办理后所处环节', en: 'Where it is after', max: 50, nullable: true, example: 'approved' })
  to: string | null;

  static from({ personId, app, key: _key, ...row }: LeaveActionRow): LeaveActionDto {
    return Object.assign(new LeaveActionDto(), { ...row, by: ByDto.of(personId, app) });
  }
}
