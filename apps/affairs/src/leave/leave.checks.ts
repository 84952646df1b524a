import { type AppointmentKind, type Bilingual, type LeaveKind, type UnitKind, APPOINTMENT_KINDS } from '#contracts';
import { query, sql, type Tx } from '#database';
import type { PolicyAt } from '#policy';
import { calendarDays, type Term, termOf } from '#roster';
import { addDays, dateOf, type DayOfCalendar, daysBetween, instantOf } from '#time';
import { postsOverPerson } from '#workflow';
import { leaveFlow } from './leave.flow.js';
import type { LeaveLevel } from './leave.levels.js';
import type { LeavePolicy } from './leave.policy.js';
import { daysMissed, hoursMissed, type Span } from './term-share.js';

const DAY = 86_400_000;

/** Something that speaks against a leave (blocker), or that one should know (warning). */
export interface Finding extends Bilingual {
  severity: 'blocker' | 'warning';
  code: string;
  /** JSON pointer to the part of the request it is about. */
  pointer: string;
}

/** What is asked for, as far as the rules care. */
export interface Ask {
  /** Null: of a group, as far as the rules care for it as a whole: neither other leaves of one of them, nor who decides. */
  studentId: string | null;
  kind: LeaveKind;
  startsAt: Date;
  endsAt: Date;
  urgent: boolean;
  /** Ids of the proofs. */
  attachments: readonly string[];
  /** The leave that is corrected or extended: it does not collide with itself. */
  leaveId?: string | undefined;
  /** The end up to which the time is approved already; only the rest is looked at. */
  extendsFrom?: Date | undefined;
}

export interface PlannedStep {
  kind: AppointmentKind;
  unitKind: UnitKind | null;
  /** Who could decide it today. */
  personIds: string[];
}

export interface Assessment {
  /** Days touched, halves where the policy counts them; 0 for a period that makes no sense. */
  days: number;
  /** With the leaves next to it, when those count together. */
  countedDays: number;
  level: LeaveLevel | undefined;
  policyVersion: number;
  steps: PlannedStep[];
  findings: Finding[];
  /** An urgent leave whose proof may come later. */
  proofPending: boolean;
}

/** How the days of leaves are counted. */
interface Counting {
  timeZone: string;
  /** The second half of each day begins at this time (HH:mm); null: days are whole. */
  halfDayFrom: string | null;
}

/** Days, or half days, that a period touches; its end is exclusive. */
function touched({ startsAt, endsAt }: Period, counting: Counting): Span {
  return { first: halfOf(startsAt, counting, 0), last: halfOf(new Date(endsAt.getTime() - 1), counting, 1) };
}

/** Half days since 1970 in which an instant lies; of whole days the first or the last half (`side`). */
function halfOf(at: Date, { timeZone, halfDayFrom }: Counting, side: 0 | 1): number {
  const date = dateOf(at, timeZone);
  const half = halfDayFrom === null ? side : at >= instantOf(date, halfDayFrom, timeZone) ? 1 : 0;
  return daysBetween('1970-01-01', date) * 2 + half;
}

function daysOf({ first, last }: Span): number {
  return (last - first + 1) / 2;
}

function dateOfHalf(half: number): string {
  return addDays('1970-01-01', Math.floor(half / 2));
}

/** The last calendar day a period with this (exclusive) end touches. */
export function lastDate(endsAt: Date, timeZone: string): string {
  return dateOf(new Date(endsAt.getTime() - 1), timeZone);
}

/**
 * Holds a request against the policy: who will decide, what is missing, what collides. The pre-check shows it, submission,
 * correction and extension refuse what has a blocker. Reads only.
 */
export async function assess(
  tx: Tx,
  policy: PolicyAt<LeavePolicy>,
  ask: Ask,
  now: Date,
  timeZone: string,
): Promise<Assessment> {
  const rules = policy.value;
  const longest = Math.max(...rules.levels.map(({ upToDays }) => upToDays));
  const findings = periodFindings(rules, longest, ask, now, timeZone);
  const counting = { timeZone, halfDayFrom: rules.halfDayFrom };
  const days = findings.length > 0 ? 0 : daysOf(touched(ask, counting));
  if (days > longest) findings.push(tooLong(longest));
  // A period that makes no sense is neither looked up in calendars nor given a chain.
  if (findings.length > 0) {
    return {
      days,
      countedDays: days,
      level: undefined,
      policyVersion: policy.number,
      steps: [],
      findings,
      proofPending: false,
    };
  }
  const [term, posts] = await Promise.all([
    termOf(tx, dateOf(ask.startsAt, timeZone)),
    ask.studentId === null ? [] : postsOverPerson(tx, leaveFlow(rules), ask.studentId, dateOf(now, timeZone)),
  ]);
  const [others, ofCalendar] = await Promise.all([
    ask.studentId === null ? [] : otherLeaves(tx, ask, term, timeZone),
    daysFromTodayOn(tx, ask, now, timeZone),
  ]);
  const together = rules.countAdjacentLeaves ? await daysInARow(tx, ask, others, counting) : days;
  const levels = [...rules.levels].sort((a, b) => a.upToDays - b.upToDays);
  const level = (levels.find(({ upToDays }) => together <= upToDays) ?? levels.at(-1)) as LeaveLevel;
  if (together > longest) {
    const zh = `与前后相连的请假合计 ${together} 天，最长 ${longest} 天`;
    findings.push(
      blocker('too-long', '#/endsAt', zh, `${together} days with the leaves next to it; at most ${longest}`),
    );
  } else if (together > days) {
    const zh = `与前后相连的请假合并计算，共 ${together} 天`;
    findings.push(warning('in-a-row', '#/startsAt', zh, `Counts as ${together} days with the leaves next to it`));
  }
  const proofBeyond = rules.kinds[ask.kind].proofBeyondDays;
  const proofMissing = proofBeyond !== null && together > proofBeyond && ask.attachments.length === 0;
  if (proofMissing) {
    findings.push(
      ask.urgent
        ? warning('papers-later', '#/attachments', '紧急请假：证明材料请事后补交', 'Urgent: hand the proof in later')
        : blocker('proof-missing', '#/attachments', '须附证明材料', 'Proof is required'),
    );
  }
  findings.push(...calendarFindings(rules, level, ask, ofCalendar, now, timeZone));
  findings.push(...otherLeavesFindings(ask, others));
  findings.push(...(await termFindings(tx, rules, term, [...others, ask], counting)));
  const steps = ask.studentId === null ? [] : stepsAhead(level, ask.studentId, posts);
  for (const step of steps.filter(({ personIds }) => personIds.length === 0)) {
    const { zh, en } = APPOINTMENT_KINDS[step.kind];
    findings.push(blocker('nobody-decides', '#', `没有可审批的人员：${zh}`, `Nobody is appointed to decide: ${en}`));
  }
  return {
    days,
    countedDays: together,
    level,
    policyVersion: policy.number,
    steps,
    findings,
    proofPending: proofMissing && ask.urgent,
  };
}

type Period = Pick<Ask, 'startsAt' | 'endsAt'>;

/** The student's other leaves that are asked for or granted, from a year before the asked one or the begin of its term on. */
async function otherLeaves(tx: Tx, ask: Ask, term: Term | undefined, timeZone: string): Promise<Period[]> {
  const first = dateOf(ask.startsAt, timeZone);
  return query<Period>(
    tx,
    sql`SELECT starts_at AS "startsAt", ends_at AS "endsAt" FROM affairs.leave
         WHERE student_id = ${ask.studentId} AND id <> ALL(${ask.leaveId ? [ask.leaveId] : []}::uuid[])
           AND status IN ('submitted', 'returned', 'approved', 'closed') AND starts_at < ends_at
           AND ends_at > least(${ask.startsAt}::timestamptz - interval '1 year', ${term?.startsOn ?? first}::date::timestamp AT TIME ZONE ${timeZone})`,
  );
}

/** Days from the first to the last of the leaves in a row to which the asked one belongs: no working day lies between two of them. */
async function daysInARow(tx: Tx, ask: Ask, leaves: readonly Period[], counting: Counting): Promise<number> {
  const others = leaves.map((leave) => touched(leave, counting));
  let { first, last } = touched(ask, counting);
  for (let grown = true; grown;) {
    grown = false;
    for (const other of others) {
      if (other.first >= first && other.last <= last) continue;
      const [from, to] = other.last < first ? [other.last, first] : [last, other.first];
      if (from < to && (await hasWorkdayBetween(tx, from, to))) continue;
      [first, last] = [Math.min(other.first, first), Math.max(other.last, last)];
      grown = true;
    }
  }
  return daysOf({ first, last });
}

/** Is there a half of a working day between two halves? */
async function hasWorkdayBetween(tx: Tx, before: number, after: number): Promise<boolean> {
  if (after - before <= 1) return false;
  // No holiday is as long.
  if (after - before > 62) return true;
  const days = await calendarDays(tx, dateOfHalf(before + 1), dateOfHalf(after - 1));
  return days.some(({ workday }) => workday);
}

/** Compares instants only: they may lie in years that no calendar knows. */
function periodFindings(rules: LeavePolicy, longest: number, ask: Ask, now: Date, timeZone: string): Finding[] {
  const { startsAt, endsAt, extendsFrom, urgent } = ask;
  if (endsAt <= startsAt) return [blocker('end-before-start', '#/endsAt', '结束须晚于开始', 'must be after the start')];
  const found: Finding[] = [];
  if (endsAt.getTime() - startsAt.getTime() > longest * DAY) found.push(tooLong(longest));
  if (extendsFrom) {
    if (endsAt <= extendsFrom) {
      found.push(blocker('not-later', '#/endsAt', '须晚于原结束时间', 'must be later than the present end'));
    }
    return found;
  }
  const midnight = (days: number): Date => instantOf(addDays(dateOf(now, timeZone), days), '00:00', timeZone);
  if (startsAt >= midnight(rules.maxAdvanceDays + 1)) {
    const most = rules.maxAdvanceDays;
    found.push(blocker('too-far-ahead', '#/startsAt', `最多提前 ${most} 天申请`, `At most ${most} days ahead`));
  }
  if (!urgent && startsAt < now) {
    found.push(
      blocker(
        'in-the-past',
        '#/startsAt',
        '开始时间已过；紧急情况请标明紧急',
        'lies in the past; mark it urgent if it is',
      ),
    );
  }
  if (urgent && startsAt < midnight(-rules.urgentBackdateDays)) {
    const most = rules.urgentBackdateDays;
    found.push(blocker('too-far-back', '#/startsAt', `紧急请假最多补前 ${most} 天`, `At most ${most} days back`));
  }
  return found;
}

function tooLong(longest: number): Finding {
  return blocker('too-long', '#/endsAt', `最长 ${longest} 天`, `A leave may have at most ${longest} days`);
}

/** From today on, or from the first day where that is earlier, to the last day. */
function daysFromTodayOn(tx: Tx, ask: Ask, now: Date, timeZone: string): Promise<DayOfCalendar[]> {
  const [today, first] = [dateOf(now, timeZone), dateOf(ask.startsAt, timeZone)];
  return calendarDays(tx, first < today ? first : today, lastDate(ask.endsAt, timeZone));
}

function calendarFindings(
  rules: LeavePolicy,
  level: LeaveLevel,
  ask: Ask,
  days: readonly DayOfCalendar[],
  now: Date,
  timeZone: string,
): Finding[] {
  const [today, first] = [dateOf(now, timeZone), dateOf(ask.startsAt, timeZone)];
  const found: Finding[] = [];
  const ahead = days.filter((day) => day.workday && day.date >= today && day.date < first).length;
  const needed = rules.kinds[ask.kind].applyAhead && !ask.urgent && !ask.extendsFrom ? level.applyWorkingDaysAhead : 0;
  if (ahead < needed) {
    found.push(
      blocker('apply-earlier', '#/startsAt', `须提前 ${needed} 个工作日申请`, `Apply ${needed} working day(s) ahead`),
    );
  }
  if (!days.some((day) => day.workday && day.date >= first)) {
    found.push(warning('no-workday', '#/startsAt', '期间均为非工作日', 'There is no working day in this period'));
  }
  if (days.some((day) => day.provisional)) {
    found.push(warning('calendar-provisional', '#/startsAt', '放假安排尚未公布', 'The holidays are not announced yet'));
  }
  return found;
}

function otherLeavesFindings(ask: Ask, others: readonly Period[]): Finding[] {
  const start = ask.extendsFrom ?? ask.startsAt;
  if (!others.some((other) => other.startsAt < ask.endsAt && other.endsAt > start)) return [];
  return [blocker('overlap', ask.extendsFrom ? '#/endsAt' : '#/startsAt', '与其他请假重叠', 'overlaps another leave')];
}

/** How much of the term all leaves together miss: of its class hours where the school says how many a week has, else of its days. */
async function termFindings(
  tx: Tx,
  { classHours, warnTermShare }: LeavePolicy,
  term: Term | undefined,
  leaves: readonly Period[],
  counting: Counting,
): Promise<Finding[]> {
  if (!term) return [warning('outside-term', '#/startsAt', '不在学期内', 'lies outside every term')];
  const spans = leaves.map((leave) => touched(leave, counting));
  const { missed, whole } = classHours
    ? hoursMissed(await calendarDays(tx, term.startsOn, addDays(term.endsOn, -1)), classHours, spans)
    : daysMissed(term, spans);
  if (missed <= whole * warnTermShare) return [];
  const total = Math.round(missed * 10) / 10;
  const [zh, en] = classHours ? ['学时', 'class hours'] : ['天', 'days'];
  return [
    warning(
      'term-share',
      '#/endsAt',
      `本学期累计 ${total} ${zh}，超过学期规定比例，可能须办理休学`,
      `${total} ${en} in this term: beyond the share from which a suspension of study is due`,
    ),
  ];
}

type Holder = Awaited<ReturnType<typeof postsOverPerson>>[number];

function stepsAhead(level: LeaveLevel, studentId: string, posts: readonly Holder[]): PlannedStep[] {
  return level.approvers.map(({ kind, unitKind = null }) => {
    const able = posts.filter(
      (post) => post.kind === kind && (unitKind === null || post.unitKind === unitKind) && post.personId !== studentId,
    );
    return { kind, unitKind, personIds: [...new Set(able.map(({ personId }) => personId))] };
  });
}

const blocker = (code: string, pointer: string, zh: string, en: string): Finding => ({
  severity: 'blocker',
  code,
  pointer,
  zh,
  en,
});
const warning = (code: string, pointer: string, zh: string, en: string): Finding => ({
  severity: 'warning',
  code,
  pointer,
  zh,
  en,
});
