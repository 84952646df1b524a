import { empty, queryOne, sql, type Sql, type Tx } from '#database';

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
  const { school, unitIds, personId } = scope;
  if (school) return sql`TRUE`;
  if (unitIds.length === 0) return personId ? sql`${column} = ${personId}` : sql`FALSE`;
  // One IN and no OR beside it: only so can it be joined, by whichever index is the better one.
  const own = personId ? sql` UNION ALL SELECT ${personId}::uuid` : empty;
  return sql`${column} IN (
    SELECT person_id FROM directory.published_membership_v1
     WHERE unit_id = ANY(${unitIds}::uuid[]) AND valid_from <= ${date} AND (valid_to IS NULL OR valid_to > ${date})${own})`;
}

/** Is a student within the scope on `date`? The database is asked only where units decide. */
export async function reaches(tx: Tx, scope: Scope, studentId: string, date: string): Promise<boolean> {
  if (scope.school || scope.personId === studentId) return true;
  if (scope.unitIds.length === 0) return false;
  const row = await queryOne<{ ok: boolean }>(tx, sql`SELECT ${inScope(scope, sql`${studentId}::uuid`, date)} AS ok`);
  return row!.ok;
}

/** SQL: the ids of the given units and places and of everything below them. */
export function unitsBelow(ids: readonly string[]): Sql {
  return sql`WITH RECURSIVE below AS (
      SELECT unnest(${ids}::uuid[]) AS id
      UNION
      SELECT u.id FROM directory.published_unit_v1 u JOIN below b ON u.parent_id = b.id)
    SELECT id FROM below`;
}

/** SQL: the id of the unit or place in `column`, and of everything above it. */
export function unitsAbove(column: Sql): Sql {
  return sql`WITH RECURSIVE above AS (
      SELECT ${column} AS id
      UNION
      SELECT u.parent_id FROM directory.published_unit_v1 u JOIN above a ON u.id = a.id WHERE u.parent_id IS NOT NULL)
    SELECT id FROM above`;
}

/**
 * SQL predicate: does the scope answer for the unit or place in `column`: is it one of the scope's, or below one? NULL belongs to the
 * school alone. This is the meaning of scope for what belongs to a unit or place and not to a student, e.g. a gate.
 */
export function unitInScope(scope: Scope, column: Sql): Sql {
  if (scope.school) return sql`TRUE`;
  if (scope.unitIds.length === 0) return sql`FALSE`;
  return sql`${column} IN (${unitsBelow(scope.unitIds)})`;
}

/**
 * SQL predicate, wider: does the scope answer for the unit or place in `column`, or do students within the scope belong to it on
 * `date` (YYYY-MM-DD)? So a college's officer sees the buildings, and their gates, in which students of the college live.
 */
export function unitTouchesScope(scope: Scope, column: Sql, date: string): Sql {
  if (scope.school) return sql`TRUE`;
  if (scope.unitIds.length === 0) return sql`FALSE`;
  return sql`(${unitInScope(scope, column)} OR ${column} IN (
    SELECT m.unit_id FROM directory.published_membership_v1 m
     WHERE ${holdsOn(sql`m`, date)} AND ${inScope({ school: false, unitIds: scope.unitIds }, sql`m.person_id`, date)}))`;
}

/** SQL predicate: does the dated row (`valid_from` inclusive, `valid_to` exclusive) of `alias` hold on the date? */
export function holdsOn(alias: Sql, date: string | Sql): Sql {
  return sql`${alias}.valid_from <= ${date} AND (${alias}.valid_to IS NULL OR ${alias}.valid_to > ${date})`;
}
