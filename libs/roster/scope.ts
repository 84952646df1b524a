import { sql, type Sql } from '#database';

/**
 * Which students somebody may deal with: all of the school, those of the units they answer for today, themselves,
 * or any mix of the last two.
 */
export interface Scope {
  school: boolean;
  unitIds: readonly string[];
  /** Own matters of this person. */
  personId?: string | undefined;
}

export const NOBODY: Scope = { school: false, unitIds: [] };

/** SQL predicate: does a person hold a post over the student in `column` on `date`? */
export function answeredBy(personId: string, column: Sql, date: string): Sql {
  return sql`${column} IN (
    SELECT m.person_id FROM staffing.published_appointment_v1 a JOIN directory.published_membership_v1 m ON m.unit_id = a.unit_id
     WHERE a.person_id = ${personId} AND a.valid_from <= ${date} AND (a.valid_to IS NULL OR a.valid_to > ${date})
       AND m.valid_from <= ${date} AND (m.valid_to IS NULL OR m.valid_to > ${date}))`;
}

/** SQL predicate: does the student in `column` belong to one of the units or places on `date`, those below them included? No units: no filter. */
export function inUnits(unitIds: readonly string[] | undefined, column: Sql, date: string): Sql | undefined {
  return unitIds?.length ? inScope({ school: false, unitIds }, column, date) : undefined;
}

/**
 * SQL predicate: is the student in `column` within the scope on `date` (YYYY-MM-DD)? To be ANDed into a WHERE.
 * Reads the published memberships, so it is as current as the roster.
 */
export function inScope(scope: Scope, column: Sql, date: string): Sql {
  if (scope.school) return sql`TRUE`;
  const own = scope.personId ? sql`${column} = ${scope.personId}` : sql`FALSE`;
  if (scope.unitIds.length === 0) return sql`(${own})`;
  return sql`(${own} OR ${column} IN (
    SELECT person_id FROM directory.published_membership_v1
     WHERE unit_id = ANY(${scope.unitIds}::uuid[]) AND valid_from <= ${date} AND (valid_to IS NULL OR valid_to > ${date})))`;
}
