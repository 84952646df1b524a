import type { AppointmentKind, LeaveKind, UnitKind } from '#contracts';
import type { Tx } from '#database';
import { Decimal, Flag, Int, ListOf, Nested, Text } from '#fields';
import { Policy } from '#policy';
import type { FieldError } from '#problems';
import { LeaveApprover, LeaveDeadlineLevel, LeaveLevel, LeavePost, LeaveTimeLimit } from './leave.levels.js';
import { flowFindings } from './leave-flow.check.js';

export class LeaveKindRule {
  @Flag({ zh: '是否要求提前申请', en: 'Must it be applied for ahead?', example: true })
  applyAhead: boolean;

  @Int({
    zh: '超过多少天须附证明；空为不要求',
    en: 'Proof is required beyond so many days; null = never',
    min: 0,
    max: 366,
    nullable: true,
    example: 1,
  })
  proofBeyondDays: number | null;
}

export class LeaveKindRules implements Record<LeaveKind, LeaveKindRule> {
  @Nested(() => LeaveKindRule, { zh: '事假', en: 'Personal', example: { applyAhead: true, proofBeyondDays: null } })
  personal: LeaveKindRule;

  @Nested(() => LeaveKindRule, { zh: '病假', en: 'Sick', example: { applyAhead: false, proofBeyondDays: 1 } })
  sick: LeaveKindRule;

  @Nested(() => LeaveKindRule, { zh: '公假', en: 'Official', example: { applyAhead: true, proofBeyondDays: 0 } })
  official: LeaveKindRule;
}

export class WeekdayClassHours {
  @Int({ zh: '星期几（1 为星期一）', en: 'Weekday, 1 = Monday', min: 1, max: 7, example: 1 })
  weekday: number;

  @Decimal({ zh: '学时', en: 'Class hours', min: 0, max: 24, example: 6 })
  hours: number;
}

/** When a pass through the gate is the return from a leave; see gate-return.ts. */
export class GateReturnRule {
  @Int({
    zh: '离楼记录可早于请假开始多少小时',
    en: 'Hours before the start in which the exit may lie',
    min: 0,
    max: 168,
    example: 24,
  })
  outLookbackHours: number;

  @Int({
    zh: '请假期间至少离开多少分钟才算返校',
    en: 'Minutes away within the leave that make it a return',
    min: 0,
    max: 10_080,
    example: 60,
  })
  minAwayMinutes: number;

  @Int({
    zh: '无离楼记录时，开始多少小时后视为已离开',
    en: 'Without an exit: hours after the start to be taken as away',
    min: 0,
    max: 168,
    example: 6,
  })
  assumeAwayAfterHours: number;

  @Int({
    zh: '结束后多少天内仍接收迟到的通行记录',
    en: 'Days after the end in which late passes still count',
    min: 1,
    max: 60,
    example: 14,
  })
  watchDays: number;
}

// Defaults are instances, so that a version that leaves them out is validated like one that spells them out.
const post = (kind: AppointmentKind, unitKind?: UnitKind): LeavePost =>
  Object.assign(new LeavePost(), { kind, ...(unitKind && { unitKind }) });
/** Reminded after a working day; after two, the post above it is told. */
const reminded = (above?: LeavePost): LeaveTimeLimit => {
  const told = Object.assign(new LeaveDeadlineLevel(), { workingDays: 2, then: 'supervise' as const, to: above });
  return Object.assign(new LeaveTimeLimit(), {
    workingDays: 1,
    then: 'remind' as const,
    ...(above && { later: [told] }),
  });
};
const approver = (of: LeavePost, above?: LeavePost): LeaveApprover =>
  Object.assign(new LeaveApprover(), { ...of, deadline: reminded(above) });
const level = (upToDays: number, applyWorkingDaysAhead: number, ...approvers: LeaveApprover[]): LeaveLevel =>
  Object.assign(new LeaveLevel(), { upToDays, approvers, applyWorkingDaysAhead });
const kindRule = (applyAhead: boolean, proofBeyondDays: number | null): LeaveKindRule =>
  Object.assign(new LeaveKindRule(), { applyAhead, proofBeyondDays });

const COLLEGE = post('student_affairs_officer', 'college');
const SCHOOL = post('student_affairs_officer', 'school');
const BY_COUNSELOR = approver(post('counselor'), COLLEGE);
const BY_COLLEGE = approver(COLLEGE, SCHOOL);

/**
 * Leave: who decides by days, what must be handed in, when one must be back. The defaults are one school's published
 * rules: 1–2 days counselor, 3–7 also the college, 8 and more also the school. Days are calendar days touched, or
 * halves of them. When who is to decide is reminded, and who is told after that, is this house's own default: no rule has a figure for it.
 */
@Policy({ key: 'affairs.leave', title: { zh: '请假', en: 'Leave' } })
export class LeavePolicy {
  @ListOf(() => LeaveLevel, {
    zh: '按天数的审批层级；最后一级的天数为最长假期',
    en: 'Levels by days; the last one bounds how long a leave may be',
    minItems: 1,
    maxItems: 10,
    example: [{ upToDays: 2, approvers: [{ kind: 'counselor' }], applyWorkingDaysAhead: 1 }],
  })
  levels: LeaveLevel[] = [
    level(2, 1, BY_COUNSELOR),
    level(7, 2, BY_COUNSELOR, BY_COLLEGE),
    level(60, 3, BY_COUNSELOR, BY_COLLEGE, approver(SCHOOL)),
  ];

  @Nested(() => LeavePost, {
    zh: '审批环节无人任职时由谁审批',
    en: 'Who decides where nobody holds the post any more',
    example: { kind: 'student_affairs_officer', unitKind: 'school' },
  })
  standIn: LeavePost = SCHOOL;

  @Nested(() => LeaveKindRules, { zh: '各类请假的要求', en: 'What each kind asks for' })
  kinds: LeaveKindRules = Object.assign(new LeaveKindRules(), {
    personal: kindRule(true, null),
    sick: kindRule(false, 1),
    official: kindRule(true, 0),
  });

  @Flag({
    zh: '前后相连（其间无工作日）的请假合并计算天数',
    en: 'Leaves in a row, without a working day between them, count as one for their days',
    example: true,
  })
  countAdjacentLeaves = true;

  @Text({
    zh: '按半天计时，下午自几点起（HH:mm）；空为按整天计',
    en: 'Leaves are counted in half days, the second one from this time on (HH:mm); null: in whole days',
    ...{ max: 5, pattern: /^([01]\d|2[0-3]):[0-5]\d$/, nullable: true, example: '12:00' },
  })
  halfDayFrom: string | null = null;

  @Int({ zh: '紧急请假最多可补前几天', en: 'Days an urgent leave may lie back', min: 0, max: 366, example: 3 })
  urgentBackdateDays = 3;

  @Int({ zh: '最多可提前多少天申请', en: 'Days one may apply ahead at most', min: 1, max: 366, example: 180 })
  maxAdvanceDays = 180;

  @Int({ zh: '结束后几个工作日内须销假', en: 'Working days after the end to report back', min: 0, max: 30, example: 2 })
  returnWithinWorkingDays = 2;

  @Flag({
    zh: '本人销假是否须附证明（如返程车票）',
    en: 'Must a student who reports the return bring evidence, such as a ticket?',
    example: false,
  })
  returnProof = false;

  @Int({
    zh: '证明材料在请假结束后保存多少天',
    en: 'Days that proofs are kept after the end of the leave',
    min: 1,
    max: 3660,
    example: 365,
  })
  keepProofsDays = 365;

  @Decimal({
    zh: '累计超过学期的多少比例时提醒',
    en: 'Share of a term beyond which it is pointed out',
    min: 0,
    max: 1,
    example: 0.3333,
  })
  warnTermShare = 0.3333;

  @ListOf(() => WeekdayClassHours, {
    zh: '每周各日的学时：累计按学时计；空为按天计',
    en: 'Class hours of the days of a week: the share is of the class hours of the term; null: of its days',
    ...{ minItems: 1, maxItems: 14, nullable: true, example: [{ weekday: 1, hours: 6 }] },
  })
  classHours: WeekdayClassHours[] | null = null;

  @Nested(() => GateReturnRule, { zh: '门禁自动销假', en: 'Closing by the gate' })
  gateReturn: GateReturnRule = Object.assign(new GateReturnRule(), {
    outLookbackHours: 24,
    minAwayMinutes: 60,
    assumeAwayAfterHours: 6,
    watchDays: 14,
  });

  /** Levels that cannot hold, deadlines without what they need, and steps that nobody would sign on `date`. */
  findings(tx: Tx, date: string): Promise<FieldError[]> {
    return flowFindings(tx, this, date);
  }
}
