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
