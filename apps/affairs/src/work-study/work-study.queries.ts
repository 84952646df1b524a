import type { Actor } from '#auth';
import type { Permission } from '#contracts';
import { onceIn, query, sql, type Sql, type Tx } from '#database';
import type { Policies } from '#policy';
import { inScope, unitInScope } from '#roster';
import { type Span, vacationsOf, type Worked } from './hour-caps.js';
import { WorkStudyPolicy } from './work-study.policy.js';

/** Predicate over a post `p`: does the actor answer for its unit, with that permission? */
export function manages(actor: Actor, permission: Permission = 'affairs:work-study:manage'): Sql {
  return unitInScope(actor.scopeOf(permission), sql`p.unit_id`);
}

/** Predicate over a post `p`: all see those that were opened, its unit the draft too. */
export function postVisible(actor: Actor): Sql {
  return sql`(p.status <> 'draft' OR ${manages(actor)})`;
}

/**
 * Predicate over a row of a student's (an application, a shift) of a post `p`: the student's own, and those of the posts that the actor
 * manages. Counselors do not see them: who works for money is nobody else's matter.
 */
export function ofPostVisible(actor: Actor, student: Sql, date: string): Sql {
  const { personId } = actor.scopeOf('affairs:work-study:apply');
  const own = inScope({ school: false, unitIds: [], personId }, student, date);
  return sql`(${own} OR ${manages(actor)})`;
}

/** Is a day one of a vacation, by the terms that the school has entered? */
export async function vacations(tx: Tx): Promise<(date: string) => boolean> {
  const terms = await onceIn(tx, 'work-study terms', () =>
    query<Span>(
      tx,
      sql`SELECT starts_on::text AS "from", ends_on::text AS "to" FROM directory.published_term_v1 WHERE kind = 'term'`,
    ),
  );
  return vacationsOf(terms);
}

/** The caps that hold on each of some days. */
export async function capsOf(
  tx: Tx,
  policies: Policies,
  shifts: readonly Worked[],
): Promise<(date: string) => WorkStudyPolicy> {
  const dates = [...new Set(shifts.map(({ date }) => date))];
  const found = await policies.onEach(tx, WorkStudyPolicy, dates);
  const byDate = new Map(dates.map((date, i) => [date, found[i]!.value]));
  return (date) => byDate.get(date)!;
}

/** Shifts of students that count for their hours, by student; days inclusive. */
export async function shiftsOf(
  tx: Tx,
  studentIds: readonly string[],
  from: string,
  to: string,
  but: string | null = null,
): Promise<Map<string, Worked[]>> {
  const rows = await query<Worked & { studentId: string }>(
    tx,
    sql`SELECT student_id AS "studentId", day::text AS date, minutes FROM affairs.work_study_shift
         WHERE student_id = ANY(${studentIds}::uuid[]) AND day BETWEEN ${from} AND ${to} AND status <> 'cancelled'
           AND id IS DISTINCT FROM ${but}::uuid`,
  );
  const byStudent = new Map<string, Worked[]>();
  for (const { studentId, ...shift } of rows) byStudent.set(studentId, [...(byStudent.get(studentId) ?? []), shift]);
  return byStudent;
}
