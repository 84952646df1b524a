import {
  AdmissionRemindedV1,
  ApplicationDecidedV1,
  BookingCancelledV1,
  BookingOfferedV1,
  CareCaseHandedOverV1,
  CareCaseTransferredV1,
  CareSupervisionV1,
  ClearanceCompletedV1,
  ClearanceReopenedV1,
  ClientApprovalEndingV1,
  DigestDueV1,
  DisputeChangedV1,
  type AppointmentKind,
  type Bilingual,
  type EventClass,
  eventOptions,
  LeaveApprovedV1,
  LeaveCancelledV1,
  LeaveChangedV1,
  RaiserToldV1,
  ReferralEscalatedV1,
  SourceSilentV1,
  StepOverdueV1,
  StudentNoticeV1,
  TicketClosedV1,
  TicketOverdueV1,
  WarningCorrectedV1,
  WarningEscalatedV1,
  WarningRaisedV1,
} from '#contracts';
import type { Channel } from './message.entity.js';

/** Who is told: persons whom the event names, who answers for a student, or all who hold a post. */
export type Told =
  | { personIds: readonly string[] }
  | { answeringFor: string; posts?: readonly AppointmentKind[] }
  | { holding: AppointmentKind };

/** What an event makes for whom. */
export interface Kind<E = object> extends Bilingual {
  event: EventClass;
  /** Not for every event; left out: for each. */
  when?(event: E): boolean;
  to(event: E): Told;
  /** Who is not told any more when it is sent: who holds no post, or none over the student that the event names. */
  only?: 'staff' | 'answering';
  /** It is told where the school's policy lists it. */
  optional?: boolean;
  /** It is told at any hour, and a named other is told when it cannot reach its person. */
  urgent?: boolean;
  /** Events of so many minutes make one message; left out: each makes its own. */
  windowMinutes?: number;
  /** Channels beside the inbox, unless the person says otherwise. */
  channels: readonly Exclude<Channel, 'in_app'>[];
  /** What of the event its template may say beside `name`, `count` and `at`, with an example. No personal data. */
  says?: Readonly<Record<string, string | number>>;
}

const OUT = ['wecom', 'dingtalk', 'email'] as const;

function kind<E extends object>(event: EventClass<E>, more: Omit<Kind<E>, 'event'>): Kind {
  return { event, ...more };
}

/** What the house tells people. The words are in `shipped-templates.ts`, and in what a school has published. */
export const KINDS: Readonly<Record<string, Kind>> = {
  'warning-raised': kind(WarningRaisedV1, {
    ...{ zh: '新的红色预警', en: 'A red warning' },
    when: ({ level }) => level === 'red',
    to: ({ studentId }) => ({ answeringFor: studentId }),
    ...{ only: 'answering', urgent: true, windowMinutes: 5, channels: OUT },
  }),
  'class-warning-raised': kind(WarningRaisedV1, {
    ...{ zh: '班级学生的红色预警', en: 'A red warning in one’s class' },
    when: ({ level }) => level === 'red',
    to: ({ studentId }) => ({ answeringFor: studentId, posts: ['class_advisor'] }),
    ...{ only: 'answering', optional: true, windowMinutes: 5, channels: OUT },
  }),
  'warning-escalated': kind(WarningEscalatedV1, {
    ...{ zh: '预警逐级上报', en: 'A warning went up the line' },
    to: ({ personIds }) => ({ personIds }),
    ...{ only: 'staff', urgent: true, channels: OUT, says: { step: 1 } },
  }),
  'warning-corrected': kind(WarningCorrectedV1, {
    ...{ zh: '已确认预警的数据已更正', en: 'The data behind a confirmed warning was corrected' },
    to: ({ personIds }) => ({ personIds }),
    ...{ only: 'staff', windowMinutes: 30, channels: OUT },
  }),
  'care-supervision': kind(CareSupervisionV1, {
    ...{ zh: '帮扶个案督办', en: 'A care case is to be supervised' },
    to: ({ personIds }) => ({ personIds }),
    ...{ only: 'staff', urgent: true, channels: OUT, says: { step: 1 } },
  }),
  'referral-escalated': kind(ReferralEscalatedV1, {
    ...{ zh: '学生情况反映逐级上报', en: 'A referral went up the line' },
    to: ({ personIds }) => ({ personIds }),
    ...{ only: 'staff', urgent: true, channels: OUT, says: { step: 1 } },
  }),
  'case-offered': kind(CareCaseTransferredV1, {
    ...{ zh: '转接帮扶个案', en: 'A care case is offered' },
    when: ({ outcome }) => outcome === 'offered',
    to: ({ toId }) => ({ personIds: [toId] }),
    ...{ only: 'staff', channels: OUT },
  }),
  'case-handed-over': kind(CareCaseHandedOverV1, {
    ...{ zh: '接手帮扶个案', en: 'A care case came to one with a post' },
    to: ({ ownerId }) => ({ personIds: [ownerId] }),
    ...{ only: 'staff', channels: OUT },
  }),
  'daily-digest': kind(DigestDueV1, {
    ...{ zh: '每日提要', en: 'What the day has' },
    to: ({ personId }) => ({ personIds: [personId] }),
    ...{ only: 'staff', channels: OUT },
    says: { day: '2026-12-01', newWarnings: 2, overdue: 0, dueToday: 1, quietCases: 0, transfers: 0, supervisions: 0 },
  }),
  'source-silent': kind(SourceSilentV1, {
    ...{ zh: '数据源中断', en: 'A source is silent' },
    to: () => ({ holding: 'student_affairs_officer' }),
    ...{ only: 'staff', windowMinutes: 30, channels: ['email'] },
  }),
  'client-approval-ending': kind(ClientApprovalEndingV1, {
    ...{ zh: '应用敏感权限将到期', en: 'A sensitive permission of an app ends soon' },
    to: ({ approvedById }) => ({ personIds: [approvedById] }),
    ...{ only: 'staff', channels: ['email'] },
  }),
  'student-notice': kind(StudentNoticeV1, {
    ...{ zh: '给学生本人的提示', en: 'A notice for the student' },
    to: ({ studentId }) => ({ personIds: [studentId] }),
    channels: OUT,
  }),
  'raiser-told': kind(RaiserToldV1, {
    ...{ zh: '所反映情况的进展', en: 'How stands what one raised' },
    to: ({ personId }) => ({ personIds: [personId] }),
    channels: [],
  }),
  'dispute-decided': kind(DisputeChangedV1, {
    ...{ zh: '异议有了答复', en: 'A dispute was decided' },
    when: ({ status }) => status === 'upheld' || status === 'rejected',
    to: ({ studentId }) => ({ personIds: [studentId] }),
    channels: OUT,
  }),
  'leave-approved': kind(LeaveApprovedV1, {
    ...{ zh: '请假已批准', en: 'A leave was approved' },
    to: ({ studentId }) => ({ personIds: [studentId] }),
    channels: OUT,
  }),
  'leave-changed': kind(LeaveChangedV1, {
    ...{ zh: '请假时间有变化', en: 'The end of a leave moved' },
    to: ({ studentId }) => ({ personIds: [studentId] }),
    channels: [],
  }),
  'leave-cancelled': kind(LeaveCancelledV1, {
    ...{ zh: '请假不再有效', en: 'A leave no longer counts' },
    to: ({ studentId }) => ({ personIds: [studentId] }),
    channels: OUT,
  }),
  'step-overdue': kind(StepOverdueV1, {
    ...{ zh: '待办超时', en: 'Something waits for a decision' },
    when: ({ then }) => then !== 'approve',
    to: ({ waitsFor }) => ({ personIds: waitsFor }),
    ...{ windowMinutes: 60, channels: OUT },
  }),
  'step-supervision': kind(StepOverdueV1, {
    ...{ zh: '待办督办', en: 'A decision is overdue and to be supervised' },
    when: ({ then }) => then === 'supervise',
    to: ({ supervisors = [] }) => ({ personIds: supervisors }),
    ...{ only: 'staff', windowMinutes: 60, channels: OUT },
  }),
  'application-decided': kind(ApplicationDecidedV1, {
    ...{ zh: '办件已办结', en: 'An application was decided' },
    when: ({ outcome }) => outcome !== 'withdrawn',
    to: ({ studentId }) => ({ personIds: [studentId] }),
    channels: OUT,
  }),
  'booking-offered': kind(BookingOfferedV1, {
    ...{ zh: '候补有了名额', en: 'A place has become free' },
    to: ({ studentId }) => ({ personIds: [studentId] }),
    channels: OUT,
  }),
  'booking-cancelled': kind(BookingCancelledV1, {
    ...{ zh: '预约被取消', en: 'A booking was cancelled' },
    to: ({ studentId }) => ({ personIds: [studentId] }),
    channels: OUT,
  }),
  'ticket-overdue': kind(TicketOverdueV1, {
    ...{ zh: '工单超时', en: 'A ticket is overdue' },
    to: ({ waitsFor }) => ({ personIds: waitsFor }),
    ...{ windowMinutes: 60, channels: OUT },
  }),
  'ticket-closed': kind(TicketClosedV1, {
    ...{ zh: '工单因未回复而关闭', en: 'A ticket was closed by silence' },
    when: ({ by }) => by === 'silence',
    // An anonymous ticket has nobody to tell.
    to: ({ studentId }) => ({ personIds: studentId ? [studentId] : [] }),
    channels: [],
  }),
  'clearance-completed': kind(ClearanceCompletedV1, {
    ...{ zh: '报到或离校手续办完', en: 'A clearance is complete' },
    to: ({ studentId }) => ({ personIds: [studentId] }),
    channels: [],
  }),
  'admission-reminded': kind(AdmissionRemindedV1, {
    ...{ zh: '发展党员的期限临近', en: 'A deadline of an admission is near' },
    // One that was made before it named anybody has none.
    to: ({ personIds = [] }) => ({ personIds }),
    ...{ only: 'staff', windowMinutes: 60, channels: OUT },
  }),
  'clearance-reopened': kind(ClearanceReopenedV1, {
    ...{ zh: '报到或离校手续重新打开', en: 'A clearance is open again' },
    to: ({ studentId }) => ({ personIds: [studentId] }),
    channels: OUT,
  }),
};

/** Kind of what is told to a named other when an urgent message reached nobody. No event makes it. */
export const UNREACHED = 'unreached';
const OF_UNREACHED: Bilingual & Pick<Kind, 'channels' | 'says' | 'urgent'> = {
  ...{ zh: '紧急消息未能送达', en: 'An urgent message reached nobody' },
  ...{ urgent: true, channels: OUT, says: { step: 1 } },
};

/** Everything a message may be of. */
export const ALL_KINDS: Readonly<Record<string, typeof OF_UNREACHED>> = { ...KINDS, [UNREACHED]: OF_UNREACHED };

/** Kinds that a school may have told. */
export const OPTIONAL_KINDS: Readonly<Record<string, Bilingual>> = Object.fromEntries(
  Object.entries(KINDS).filter(([, { optional }]) => optional),
);

/** Kinds by who alone is told when it is sent. */
export const ANSWERING = keysOf('answering');
export const STAFF = [...keysOf('staff'), UNREACHED];

/** Kinds that an event may make, by its name. */
export const KINDS_OF = new Map<string, string[]>();
for (const [key, { event }] of Object.entries(KINDS)) {
  const { name } = eventOptions(event);
  KINDS_OF.set(name, [...(KINDS_OF.get(name) ?? []), key]);
}

function keysOf(only: Kind['only']): string[] {
  return Object.keys(KINDS).filter((key) => KINDS[key]!.only === only);
}
