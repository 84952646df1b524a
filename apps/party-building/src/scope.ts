import { sql, type Sql } from '#database';
import type { Scope } from '#roster';

/** SQL predicate: is the unit in `column` one of the scope's, or below one? */
export function unitInScope(scope: Scope, column: Sql): Sql {
  if (scope.school) return sql`TRUE`;
  if (scope.unitIds.length === 0) return sql`FALSE`;
  return sql`${column} IN (${unitsBelow(scope)})`;
}

/** SQL predicate: does the party organization in `column` span a unit of the scope, or hang below one that does? */
export function organizationInScope(scope: Scope, column: Sql): Sql {
  if (scope.school) return sql`TRUE`;
  if (scope.unitIds.length === 0) return sql`FALSE`;
  return sql`${column} IN (
    WITH RECURSIVE visible AS (
      SELECT id FROM party_building.organization WHERE unit_ids && ARRAY(${unitsBelow(scope)})
      UNION
      SELECT child.id FROM party_building.organization child JOIN visible ON child.parent_id = visible.id)
    SELECT id FROM visible)`;
}

/** SQL predicate: does the dated row (`valid_from` inclusive, `valid_to` exclusive) of `alias` hold on the date? */
export function holdsOn(alias: Sql, date: string): Sql {
  return sql`${alias}.valid_from <= ${date} AND (${alias}.valid_to IS NULL OR ${alias}.valid_to > ${date})`;
}

function unitsBelow(scope: Scope): Sql {
  return sql`WITH RECURSIVE below AS (
      SELECT unnest(${scope.unitIds}::uuid[]) AS id
      UNION
      SELECT u.id FROM directory.published_unit_v1 u JOIN below b ON u.parent_id = b.id)
    SELECT id FROM below`;
}
