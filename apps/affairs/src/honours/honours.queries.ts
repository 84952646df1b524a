import type { Actor } from '#auth';
import { query, sql, type Sql, type Tx } from '#database';
import { inScope, unitInScope } from '#roster';

/** Predicate over an honour `h`: does the actor answer for the unit, or for the student, with that permission? */
export function answersFor(
  actor: Actor,
  permission: 'affairs:honour:read' | 'affairs:honour:record' | 'affairs:honour:verify',
  date: string,
): Sql {
  const scope = actor.scopeOf(permission);
  return sql`CASE WHEN h.unit_id IS NULL THEN ${inScope(scope, sql`h.student_id`, date)} ELSE ${unitInScope(scope, sql`h.unit_id`)} END`;
}

/** Predicate over an honour `h`: those of units all see once they are verified; others whoever answers for it, and the student. */
export function honourVisible(actor: Actor, date: string): Sql {
  return sql`((h.unit_id IS NOT NULL AND h.status = 'verified') OR ${answersFor(actor, 'affairs:honour:read', date)})`;
}

/** That there was an honour, of which level and when, stays: what it was goes. */
export async function eraseHonours(tx: Tx, studentId: string): Promise<void> {
  await query(
    tx,
    sql`UPDATE affairs.honour SET title = NULL, awarded_by = '', updated_at = now(), version = version + 1 WHERE student_id = ${studentId}`,
  );
}
