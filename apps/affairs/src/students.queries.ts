import type { Actor } from '#auth';
import type { Permission } from '#contracts';
import { queryOne, send, sql, type Sql, type Tx } from '#database';
import { holdsOn, inScope } from '#roster';

/** SQL: a student as a public notice names them: name and college, no number. */
export function noticeName(column: Sql, date: string): Sql {
  return sql`(SELECT json_build_object('name', p.name, 'college', (SELECT u.name FROM directory.published_membership_v1 m
      JOIN directory.published_unit_v1 u ON u.id = m.unit_id
     WHERE m.person_id = p.id AND m.unit_kind = 'college' AND ${holdsOn(sql`m`, date)} ORDER BY m.secondary, u.code LIMIT 1))
    FROM directory.published_person_v1 p WHERE p.id = ${column})`;
}

/**
 * SQL predicate: is the student in `student` within the scope of the permission, or the department in `department`, which decides for the
 * whole school, in the actor's charge?
 */
export function decidedBy(actor: Actor, permission: Permission, student: Sql, department: Sql, date: string): Sql {
  const scope = actor.scopeOf(permission);
  return sql`(${inScope(scope, student, date)} OR ${department} = ANY(${scope.unitIds}::uuid[]))`;
}

/** The department that a policy names by its code; null: the roster has none, the school's own officers decide. */
export async function departmentOf(tx: Tx, code: string): Promise<string | null> {
  const row = await queryOne<{ id: string }>(
    tx,
    sql`SELECT id FROM directory.published_unit_v1 WHERE kind = 'department' AND code = ${code} AND active LIMIT 1`,
  );
  return row?.id ?? null;
}

/** SQL: is a list of grades and units in the columns of `l` (none of them: all) for an active student `p` on the date? */
export function meantFor(l: Sql, p: Sql, date: string): Sql {
  return sql`(${p}.active AND (${l}.grades = '{}' OR ${p}.grade = ANY(${l}.grades)) AND (${l}.unit_ids = '{}' OR EXISTS (
    SELECT FROM directory.published_membership_v1 m WHERE m.person_id = ${p}.id AND m.unit_id = ANY(${l}.unit_ids) AND ${holdsOn(sql`m`, date)})))`;
}

/** One matter of a student at a time until `tx` ends: two requests at once cannot slip past each other's check. */
export function lockOneStudent(tx: Tx, what: string, studentId: string): void {
  void send(tx, sql`SELECT pg_advisory_xact_lock(hashtextextended(${`affairs.${what} ${studentId}`}, 0))`);
}
