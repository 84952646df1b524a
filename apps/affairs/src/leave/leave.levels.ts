import {
  APPOINTMENT_KINDS,
  type AppointmentKind,
  type Bilingual,
  PLACE_KINDS,
  ROLE_PERMISSIONS,
  UNIT_KINDS,
  type UnitKind,
} from '#contracts';
import { Decimal, Int, ListOf, Nested, OneOf } from '#fields';
import { TimeLimit } from '#workflow';

const ANY_UNIT = { ...UNIT_KINDS, ...PLACE_KINDS };

/** Posts that carry the permission to decide; others cannot be made approvers. */
export const DECIDING_POSTS: Record<string, Bilingual> = Object.fromEntries(
  Object.entries(APPOINTMENT_KINDS).filter(([kind]) =>
    ROLE_PERMISSIONS[kind as AppointmentKind].includes('affairs:leave:decide'),
  ),
);

/** Holders of the post over a unit of the student. */
export class LeavePost {
  @OneOf(DECIDING_POSTS, { zh: '任职', en: 'Post', example: 'student_affairs_officer' })
  kind: AppointmentKind;

  @OneOf(ANY_UNIT, {
    zh: '任职所在单位的种类；缺省不限',
    en: 'Kind of the unit the post is over; any when left out',
    optional: true,
    example: 'college',
  })
  unitKind?: UnitKind;
}

/** What happens with a step that is not decided by then. */
export class LeaveDeadlineLevel extends TimeLimit {
  @Nested(() => LeavePost, {
    zh: '上报给（escalate），或由谁督办（supervise）',
    en: 'With `escalate`: who may decide as well; with `supervise`: who is told',
    ...{ optional: true, example: { kind: 'student_affairs_officer', unitKind: 'school' } },
  })
  to?: LeavePost;
}

/** By when a step is to be decided: its first level. */
export class LeaveTimeLimit extends LeaveDeadlineLevel {
  @ListOf(() => LeaveDeadlineLevel, {
    zh: '其后各级，均自环节开始起算，逐级更晚，单位与首级相同；仅末级可为 approve',
    en: 'Further levels, each later, counted from the same beginning in the same unit; only the last may be `approve`',
    ...{ optional: true, minItems: 1, maxItems: 5, example: [{ workingDays: 3, then: 'remind' }] },
  })
  later?: LeaveDeadlineLevel[];
}

/** Who decides a step, and by when; without a limit it waits. */
export class LeaveApprover extends LeavePost {
  @Nested(() => LeaveTimeLimit, {
    zh: '办理时限及届时如何；缺省无时限',
    en: 'Time limit, and what happens then; none when left out',
    ...{ optional: true, example: { workingDays: 1, then: 'remind' } },
  })
  deadline?: LeaveTimeLimit;
}

/** The chain of leaves up to so many days. */
export class LeaveLevel {
  @Decimal({
    zh: '不超过多少天；按半天计时可为 0.5 的倍数',
    en: 'Leaves of at most so many days; halves where leaves are counted in half days',
    ...{ min: 0.5, max: 366, example: 2 },
  })
  upToDays: number;

  @ListOf(() => LeaveApprover, {
    zh: '依次审批',
    en: 'Who decides, in order',
    minItems: 1,
    maxItems: 6,
    example: [{ kind: 'counselor' }],
  })
  approvers: LeaveApprover[];

  @Int({
    zh: '提前几个工作日申请，申请当日计入',
    en: 'Working days to apply ahead; the day of asking counts',
    min: 0,
    max: 30,
    example: 1,
  })
  applyWorkingDaysAhead: number;
}
