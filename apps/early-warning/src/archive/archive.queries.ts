import type { Actor } from '#auth';
import type { Role } from '#contracts';
import { sql, type Sql } from '#database';
import { inScope } from '#roster';

/** Posts that are nearest to a student: what is for the counselor, they see. */
const NEAREST: readonly Role[] = ['counselor', 'class_advisor'];

/** Predicate over an entry `e`: the student's own; what is for the counselor, of students in such a post's charge; what is for the school, within the scope. */
export function entryVisible(actor: Actor, date: string): Sql {
  const { personId, ...scope } = actor.scopeOf('early-warning:archive:read');
  const posts = actor.scopesByPost('early-warning:archive:read');
  const unitIds = NEAREST.flatMap((post) => posts.get(post)?.unitIds ?? []);
  const own = sql`e.student_id = ${personId ?? null}::uuid`;
  const near = sql`(e.visibility <> 'student' AND ${inScope({ school: false, unitIds }, sql`e.student_id`, date)})`;
  const school = sql`(e.visibility = 'school' AND ${inScope(scope, sql`e.student_id`, date)})`;
  return sql`(${own} OR ${near} OR ${school})`;
}

/** Predicate over an own entry `o`: the student's own, and those of students whose records the actor verifies. */
export function ownEntryVisible(actor: Actor, date: string): Sql {
  const { personId } = actor.scopeOf('early-warning:archive:read');
  return sql`(o.student_id = ${personId ?? null}::uuid OR ${verifies(actor, date)})`;
}

/** Predicate over an own entry `o`: does the actor answer for the student, and verify what they record? */
export function verifies(actor: Actor, date: string): Sql {
  return inScope(actor.scopeOf('early-warning:archive:verify'), sql`o.student_id`, date);
}

/** SQL: the term that a column's day lies in, as JSON; null where there is none. */
export function termAt(column: Sql): Sql {
  return sql`(SELECT json_build_object('id', t.id, 'code', t.code, 'name', t.name) FROM directory.published_term_v1 t
     WHERE t.kind = 'term' AND t.starts_on <= ${column} AND t.ends_on > ${column} ORDER BY t.starts_on DESC LIMIT 1)`;
}
