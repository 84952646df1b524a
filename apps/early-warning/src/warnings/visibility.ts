import type { Actor } from '#auth';
import type { Permission } from '#contracts';
import { join, sql, type Sql } from '#database';
import { inScope } from '#roster';

/** SQL predicate: is the rule one whose definition passes the test? */
export type RuleTest = (test: (definition: Sql) => Sql) => Sql;

/** Over `w.rule_id`. Rules are few and their definitions long: they are looked through once, not with every warning. */
export const ruleOfWarning: RuleTest = (test) =>
  sql`w.rule_id = ANY(ARRAY(SELECT v.id FROM early_warning.rule v WHERE ${test(sql`v.definition`)}))`;

/**
 * SQL predicate: may the actor see what a rule says of the student in `student` on the date, by a permission? Whoever the permission lets,
 * unless the rule names the posts it is for: then only who holds one of these over the student.
 */
export function visibleTo(actor: Actor, permission: Permission, rule: RuleTest, student: Sql, date: string): Sql {
  const named = [...actor.scopesByPost(permission)].map(([kind, scope]) => {
    const forPost = rule((definition) => sql`${definition} -> 'visibility' @> ${JSON.stringify(kind)}::jsonb`);
    return sql`(${forPost} AND ${inScope(scope, student, date)})`;
  });
  const forAll = rule((definition) => sql`${definition} -> 'visibility' IS NULL`);
  return sql`(${inScope(actor.scopeOf(permission), student, date)} AND (${join([forAll, ...named], ' OR ')}))`;
}
