import type { Actor } from '#auth';
import type { Permission } from '#contracts';
import { join, sql, type Sql } from '#database';
import { inScope } from '#roster';

/**
 * SQL predicate: may the actor see what a rule says of a student, by a permission? Whoever the permission lets, unless the rule names
 * the posts it is for: then only who holds one of these over the student. `definition` and `student` are columns.
 */
export function visibleTo(
  actor: Actor,
  permission: Permission,
  { definition, student }: { definition: Sql; student: Sql },
  date: string,
): Sql {
  const named = [...actor.scopesByPost(permission)].map(
    ([kind, scope]) =>
      sql`(${definition} -> 'visibility' @> ${JSON.stringify(kind)}::jsonb AND ${inScope(scope, student, date)})`,
  );
  const byPost = named.length === 0 ? sql`FALSE` : join(named, ' OR ');
  return sql`(${inScope(actor.scopeOf(permission), student, date)} AND (${definition} -> 'visibility' IS NULL OR ${byPost}))`;
}
