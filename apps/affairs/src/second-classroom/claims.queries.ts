import type { Actor } from '#auth';
import { query, queryOne, sql, type Sql, type Tx } from '#database';
import { inScope } from '#roster';
import { decidedBy } from '../students.queries.js';
import type { Claim, ClaimStatus } from './claim.entity.js';
import type { Entry } from './transcript.js';

/** Predicate over a claim `c`: does the actor review it for the college? */
export function reviewed(actor: Actor, date: string): Sql {
  return inScope(actor.scopeOf('affairs:second-classroom:review'), sql`c.student_id`, date);
}

/** Predicate over a claim `c`: does the actor confirm it for the school? Officers of the whole school do, and the department in charge. */
export function confirmed(actor: Actor, date: string): Sql {
  const scope = actor.scopeOf('affairs:second-classroom:confirm');
  return scope.school
    ? sql`TRUE`
    : decidedBy(actor, 'affairs:second-classroom:confirm', sql`NULL::uuid`, sql`c.department_id`, date);
}

/** Predicate over a claim `c`: the student's own, those of students within the scope, and those that wait for the department. */
export function claimVisible(actor: Actor, date: string): Sql {
  const own = inScope(actor.scopeOf('affairs:participation:read'), sql`c.student_id`, date);
  return sql`(${own} OR ${reviewed(actor, date)} OR ${confirmed(actor, date)})`;
}

/** The work and kind of something of the student's: an activity they took part in, or another claim. */
export async function workOf(
  tx: Tx,
  studentId: string,
  id: string,
): Promise<{ workId: string; kind: string } | undefined> {
  return queryOne(
    tx,
    sql`SELECT a.work_id AS "workId", a.kind FROM affairs.activity a JOIN affairs.enrolment e ON e.activity_id = a.id
         WHERE a.id = ${id} AND e.student_id = ${studentId} AND e.status = 'confirmed'
        UNION ALL
        SELECT work_id, kind FROM affairs.second_classroom_claim WHERE id = ${id} AND student_id = ${studentId}`,
  );
}

/** Is something else of the student's of the same work, and of another kind? */
export async function isOfOtherKind(tx: Tx, { id, studentId, workId, kind }: Claim): Promise<boolean> {
  const row = await queryOne(
    tx,
    sql`SELECT FROM affairs.second_classroom_claim WHERE student_id = ${studentId} AND work_id = ${workId} AND id <> ${id} AND kind <> ${kind}
        UNION ALL SELECT FROM affairs.activity WHERE work_id = ${workId} AND kind <> ${kind}`,
  );
  return row !== undefined;
}

/** Those of some works that activities are of. */
export async function activityWorks(tx: Tx, workIds: readonly string[]): Promise<string[]> {
  const rows = await query<{ workId: string }>(
    tx,
    sql`SELECT DISTINCT work_id AS "workId" FROM affairs.activity WHERE work_id = ANY(${workIds}::uuid[])`,
  );
  return rows.map(({ workId }) => workId);
}

/** All claims of the student's that are of the work `from`, but `exceptId`, are of `to`. Returns those that count. */
export async function moveClaims(
  tx: Tx,
  { studentId, from, to, exceptId }: { studentId: string; from: string; to: string; exceptId: string },
): Promise<{ id: string; version: number }[]> {
  const moved = await query<{ id: string; version: number; status: ClaimStatus }>(
    tx,
    sql`UPDATE affairs.second_classroom_claim SET work_id = ${to}, updated_at = now(), version = version + 1
         WHERE student_id = ${studentId} AND work_id = ${from} AND id <> ${exceptId} RETURNING id, version, status`,
  );
  return moved.filter(({ status }) => status === 'confirmed');
}

export interface StoredEntry extends Entry {
  /** Of an activity; a claim's is sealed. */
  title: { zh: string; en: string } | null;
}

/** All that counts of a student: what they took part in, and what was confirmed of their claims. */
export function entriesOf(tx: Tx, studentId: string, timeZone: string): Promise<StoredEntry[]> {
  return query(
    tx,
    sql`SELECT e.id, 'activity' AS source, a.kind, a.work_id AS "workId", e.credits::float8,
               to_char(a.starts_at AT TIME ZONE ${timeZone}, 'YYYY-MM-DD') AS date, json_build_object('zh', a.title_zh, 'en', a.title_en) AS title
          FROM affairs.enrolment e JOIN affairs.activity a ON a.id = e.activity_id
         WHERE e.student_id = ${studentId} AND e.status = 'confirmed'
        UNION ALL
        SELECT id, 'claim', kind, work_id, credits::float8, happened_on::text, NULL
          FROM affairs.second_classroom_claim WHERE student_id = ${studentId} AND status = 'confirmed'`,
  );
}
