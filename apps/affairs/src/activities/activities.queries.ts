import type { Actor } from '#auth';
import { findInScope, queryOne, sql, type Sql, type Tx } from '#database';
import { NotFound, TooManyRequests } from '#problems';
import { inScope, unitInScope } from '#roster';
import { Activity } from './activity.entity.js';
import { TAKING } from './enrolment.entity.js';

/** Predicate over an activity `a`: does the actor hold it, that is, answer for its unit? */
export function holds(actor: Actor): Sql {
  return unitInScope(actor.scopeOf('affairs:activity:manage'), sql`a.unit_id`);
}

/** Predicate over an activity `a`: is it for this student, an id or a column of one? */
export function isFor(studentId: string | Sql, date: string): Sql {
  return sql`((a.audience_unit_ids = '{}' OR EXISTS (SELECT FROM directory.published_membership_v1 m
      WHERE m.unit_id = ANY(a.audience_unit_ids) AND m.person_id = ${studentId}
        AND m.valid_from <= ${date} AND (m.valid_to IS NULL OR m.valid_to > ${date})))
    AND (a.audience_grades = '{}' OR (SELECT s.grade FROM directory.published_student_v1 s WHERE s.id = ${studentId}) = ANY(a.audience_grades)))`;
}

/** Predicate over an activity `a`: who holds it sees it as a draft too, other staff once it is published, a student what is for them or what they enrolled in. */
export function visible(actor: Actor, date: string): Sql {
  const scope = actor.scopeOf('affairs:activity:read');
  const staff = scope.school || scope.unitIds.length > 0;
  const published = sql`a.status <> 'draft'`;
  if (staff) return sql`(${published} OR ${holds(actor)})`;
  if (!scope.personId) return sql`FALSE`;
  return sql`(${published} AND (${isFor(scope.personId, date)}
    OR EXISTS (SELECT FROM affairs.enrolment o WHERE o.activity_id = a.id AND o.student_id = ${scope.personId})))`;
}

/** Predicate over an enrolment `e` of an activity `a`: one's own, those of students one answers for, and those of what one holds. */
export function enrolmentVisible(actor: Actor, date: string): Sql {
  return sql`(${inScope(actor.scopeOf('affairs:participation:read'), sql`e.student_id`, date)} OR ${holds(actor)})`;
}

/** The activity to oneself until `tx` ends: its places are given out one request after the other. Throws NotFound. */
export async function lockActivity(tx: Tx, id: string, where: Sql, pointer?: string): Promise<Activity> {
  const activity = await findInScope(tx, Activity, id, { alias: 'a', where, lock: 'update' });
  if (!activity) throw new NotFound({ ...(pointer && { pointer }), what: 'activity' });
  return activity;
}

const TRIES = 10;
const TRIES_MS = 60_000;

/** Counts a student's code to sign in or out with, tried at `now`. Throws TooManyRequests for the eleventh within a minute. */
export async function countTry(tx: Tx, activityId: string, studentId: string | undefined, now: Date): Promise<void> {
  const runs = sql`coalesce(code_tries_until > ${now}, FALSE)`;
  const row = await queryOne<{ tries: number; until: Date }>(
    tx,
    sql`UPDATE affairs.enrolment
           SET code_tries = CASE WHEN ${runs} THEN code_tries + 1 ELSE 1 END,
               code_tries_until = CASE WHEN ${runs} THEN code_tries_until ELSE ${new Date(now.getTime() + TRIES_MS)} END
         WHERE activity_id = ${activityId} AND student_id = ${studentId ?? null}::uuid
        RETURNING code_tries AS tries, code_tries_until AS until`,
  );
  if (row && row.tries > TRIES)
    throw new TooManyRequests({ retryAfter: Math.ceil((row.until.getTime() - now.getTime()) / 1_000) });
}

/** Is another activity of the same work? `tx` holds the activity's lock: whoever says that theirs is waits for it. */
export async function sharesWork(tx: Tx, { id, workId }: Activity): Promise<boolean> {
  const row = await queryOne(tx, sql`SELECT FROM affairs.activity WHERE work_id = ${workId} AND id <> ${id} LIMIT 1`);
  return row !== undefined;
}

/** How many have a place. `tx` holds the activity's lock. */
export async function takenOf(tx: Tx, activityId: string): Promise<number> {
  const row = await queryOne<{ taken: number }>(
    tx,
    sql`SELECT count(*)::int AS taken FROM affairs.enrolment WHERE activity_id = ${activityId} AND status = ANY(${TAKING}::text[])`,
  );
  return row!.taken;
}
