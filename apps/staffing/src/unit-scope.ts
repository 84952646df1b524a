import { sql, type Sql } from '#database';
import type { Scope } from '#roster';

/** SQL: the ids of the given units and places and of everything below them. */
export function unitsBelow(ids: readonly string[]): Sql {
  return sql`WITH RECURSIVE below AS (
      SELECT unnest(${ids}::uuid[]) AS id
      UNION
      SELECT u.id FROM directory.published_unit_v1 u JOIN below b ON u.parent_id = b.id)
    SELECT id FROM below`;
}

/** SQL predicate: is the unit or place in `column` one of the scope's, or below one? */
export function unitInScope(scope: Scope, column: Sql): Sql {
  if (scope.school) return sql`TRUE`;
  if (scope.unitIds.length === 0) return sql`FALSE`;
  return sql`${column} IN (${unitsBelow(scope.unitIds)})`;
}

/** SQL predicate: does the dated row (`valid_from` inclusive, `valid_to` exclusive) of `alias` hold on the date? */
export function holdsOn(alias: Sql, date: string): Sql {
  return sql`${alias}.valid_from <= ${date} AND (${alias}.valid_to IS NULL OR ${alias}.valid_to > ${date})`;
}
