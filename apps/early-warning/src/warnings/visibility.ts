import type { Actor } from '#auth';
import type { Permission } from '#contracts';
import { join, sql, type Sql } from '#database';
import { inScope, type Scope } from '#roster';

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
  const scope = actor.scopeOf(permission);
  const byPost = [...actor.scopesByPost(permission)];
  const forAll = (definition: Sql): Sql => sql`${definition} -> 'visibility' IS NULL`;
  const forPost = (kind: string, definition: Sql): Sql =>
    sql`${definition} -> 'visibility' @> ${JSON.stringify(kind)}::jsonb`;
  // Who has it by one kind of post alone: their students are asked for once, not once more for the kind.
  const [only] = byPost;
  const test =
    only && byPost.length === 1 && isSame(only[1], scope)
      ? rule((definition) => sql`(${forAll(definition)} OR ${forPost(only[0], definition)})`)
      : sql`(${join(
          [
            rule(forAll),
            ...byPost.map(
              ([kind, reach]) =>
                sql`(${rule((definition) => forPost(kind, definition))} AND ${inScope(reach, student, date)})`,
            ),
          ],
          ' OR ',
        )})`;
  return sql`(${inScope(scope, student, date)} AND ${test})`;
}

/** Whether the units of one post are all that a permission reaches. */
function isSame(post: Scope, all: Scope): boolean {
  return all.personId === undefined && post.school === all.school && post.unitIds.length === all.unitIds.length;
}
