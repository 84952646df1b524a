import type { Actor } from '#auth';
import { sql, type Sql } from '#database';
import { inScope, type Scope, unitInScope } from '#roster';

/**
 * The departments and colleges for which the actor signs. A post over the school signs for none of them: what finance clears, finance
 * clears. An app by itself signs for all.
 */
export function signScope(actor: Actor): Scope {
  if (!actor.personId) return { school: actor.can('affairs:clearance:sign'), unitIds: [] };
  const scopes = [...actor.scopesByPost('affairs:clearance:sign').values()];
  return { school: false, unitIds: scopes.filter(({ school }) => !school).flatMap(({ unitIds }) => unitIds) };
}

/** Predicate over an entry `s` of a student: does the actor sign it? */
export function signs(scope: Scope): Sql {
  return unitInScope(scope, sql`s.unit_id`);
}

/** Predicate over the student in a column: does the actor see all entries of theirs? */
export function readsAll(actor: Actor, studentId: Sql, date: string): Sql {
  return inScope(actor.scopeOf('affairs:clearance:read'), studentId, date);
}

/** Predicate over an entry `s` of a student: does the actor see it? */
export function signOffVisible(actor: Actor, date: string): Sql {
  return sql`(${readsAll(actor, sql`s.student_id`, date)} OR ${signs(signScope(actor))})`;
}

/** Predicate over a clearance `c`: does the actor see it, or an entry of it? */
export function clearanceVisible(actor: Actor, date: string): Sql {
  const scope = signScope(actor);
  if (!scope.school && scope.unitIds.length === 0) return readsAll(actor, sql`c.student_id`, date);
  return sql`(${readsAll(actor, sql`c.student_id`, date)}
    OR EXISTS (SELECT FROM affairs.clearance_sign_off s WHERE s.clearance_id = c.id AND ${signs(scope)}))`;
}

/** Predicate over a list `l`: staff see all, a student those that were opened and have been for them. */
export function listVisible(actor: Actor): Sql {
  const reads = actor.scopeOf('affairs:clearance:read');
  if (reads.school || reads.unitIds.length > 0 || actor.can('affairs:clearance:sign')) return sql`TRUE`;
  return sql`EXISTS (SELECT FROM affairs.clearance c WHERE c.list_id = l.id AND c.student_id = ${reads.personId ?? null})`;
}
