import { sql, type Sql } from '#database';
import { type Scope, unitsBelow } from '#roster';

/** SQL predicate: does the party organization in `column` span a unit of the scope, or hang below one that does? */
export function organizationInScope(scope: Scope, column: Sql): Sql {
  if (scope.school) return sql`TRUE`;
  if (scope.unitIds.length === 0) return sql`FALSE`;
  return sql`${column} IN (
    WITH RECURSIVE visible AS (
      SELECT id FROM party_building.organization WHERE unit_ids && ARRAY(${unitsBelow(scope.unitIds)})
      UNION
      SELECT child.id FROM party_building.organization child JOIN visible ON child.parent_id = visible.id)
    SELECT id FROM visible)`;
}
