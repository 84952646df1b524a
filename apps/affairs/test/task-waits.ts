import type { TaskKind } from '../src/tasks/task-source.js';

/** The time of the tests of the inbox. */
export const NOW = '2027-03-01T10:00:00+08:00';

export interface Row {
  id: string;
  version: number;
  [key: string]: unknown;
}
export interface Seen extends Row {
  status?: string;
  state?: string;
  assignee?: { id: string } | null;
  student?: { id: string } | null;
  ownMarks?: unknown[];
  overdue?: boolean;
  returnsAt?: string | null;
  classReview?: object | null;
  actions: { action: string; allowed: boolean }[];
}
/** When what somebody sees of a row says that it waits for them: what its `actions` offer, and that it has not been done yet. */
export const WAITS: Partial<
  Record<TaskKind, Record<string, (seen: Seen, may: (action: string) => boolean, me: string) => boolean>>
> = {
  ticket: {
    take: (_, may) => may('take'),
    answer: ({ status, assignee }, may, me) => may('answer') && status === 'assigned' && assignee?.id === me,
    message: ({ status }, may) => may('message') && status === 'waiting',
    confirm: (_, may) => may('confirm'),
  },
  round: { approve: (_, may) => may('approve') },
  'round-entry': {
    mark: ({ ownMarks }, may) => may('mark') && ownMarks?.length === 0,
    'class-review': ({ classReview }, may) => may('class-review') && !classReview,
  },
  'round-objection': { decide: (_, may) => may('uphold') },
  'clearance-sign-off': {
    // What a system answers waits for nobody.
    sign: ({ state, entry }, may) =>
      may('clear') && (state === 'waiting' || state === 'evidence_given') && entry !== 'gate',
    deferral: (_, may) => may('decline_deferral'),
    evidence: ({ state }, may) => may('give_evidence') && (state === 'waiting' || state === 'refused'),
  },
  claim: {
    review: (_, may) => may('approve'),
    confirm: (_, may) => may('confirm'),
    change: ({ status }, may) => may('change') && status === 'returned',
  },
  'work-study-application': { assign: (_, may) => may('assign') },
  'work-study-shift': { confirm: ({ status }, may) => may('confirm') && status === 'booked' },
  star: { answer: (_, may) => may('dismiss') },
  'sanction-appeal': { decide: (_, may) => may('decide') },
  booking: { 'answer-appeal': (_, may) => may('uphold'), accept: (_, may) => may('accept') },
  leave: {
    decide: (_, may) => may('approve'),
    answer: (_, may) => may('answer'),
    // Staff may correct it in the student's place; it waits for the student.
    correct: ({ student }, may, me) => may('resubmit') && student?.id === me,
  },
  application: {
    decide: (_, may) => may('approve'),
    answer: (_, may) => may('answer'),
    correct: (_, may) => may('resubmit'),
  },
  'group-leave': { decide: (_, may) => may('reject') },
  'holiday-registration': {
    decide: (_, may) => may('approve'),
    'check-return': ({ overdue, student }, may, me) => may('report_return') && overdue === true && student?.id !== me,
    'report-return': ({ returnsAt, student }, may, me) =>
      may('report_return') && student?.id === me && Date.parse(returnsAt!) <= Date.parse(NOW),
  },
};
