import type { Actor } from '#auth';
import type { Permission } from '#contracts';
import { query, sql, type Sql, type Tx } from '#database';
import { holdsOn, inScope } from '#roster';

/** SQL: a student as a public notice names them: name and college, no number. */
export function noticeName(column: Sql, date: string): Sql {
  return sql`(SELECT json_build_object('name', p.name, 'college', (SELECT u.name FROM directory.published_membership_v1 m
      JOIN directory.published_unit_v1 u ON u.id = m.unit_id
     WHERE m.person_id = p.id AND m.unit_kind = 'college' AND ${holdsOn(sql`m`, date)} ORDER BY m.secondary, u.code LIMIT 1))
    FROM directory.published_person_v1 p WHERE p.id = ${column})`;
}

/**
 * SQL predicate over the student in `column`: within the scope of the permission, or whoever has it answers for the department (by its code)
 * that decides for the whole school.
 */
export function decidedBy(actor: Actor, permission: Permission, department: string, column: Sql, date: string): Sql {
  const { unitIds, ...scope } = actor.scopeOf(permission);
  return sql`(${inScope({ ...scope, unitIds }, column, date)} OR EXISTS (SELECT FROM directory.published_unit_v1 u
    WHERE u.kind = 'department' AND u.code = ${department} AND u.id = ANY(${unitIds}::uuid[])))`;
}

/** One matter of a student at a time until `tx` ends. */
export async function lockOneStudent(tx: Tx, what: string, studentId: string): Promise<void> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(hashtextextended(${`affairs.${what} ${studentId}`}, 0))`);
}
