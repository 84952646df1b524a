import type { Actor } from '#auth';
import { findInScope, sql, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { inScope } from '#roster';
import type { SanctionAppeal } from './appeal.entity.js';
import { Sanction } from './sanction.entity.js';

/** Predicate over a sanction `s`: staff see those of their students, a student their own once they were delivered. */
export function sanctionVisible(actor: Actor, date: string): Sql {
  const scope = actor.scopeOf('affairs:sanction:read');
  const own = scope.personId ? sql`(s.student_id <> ${scope.personId} OR s.delivered_on IS NOT NULL)` : sql`TRUE`;
  return sql`(${inScope(scope, sql`s.student_id`, date)} AND ${own})`;
}

/** A sanction that the actor sees, or NotFound. */
export async function findSanction(
  tx: Tx,
  actor: Actor,
  id: string,
  date: string,
  lock?: 'share' | 'update',
): Promise<Sanction> {
  const where = sanctionVisible(actor, date);
  const sanction = await findInScope(tx, Sanction, id, { alias: 's', where, ...(lock && { lock }) });
  if (!sanction) throw new NotFound({ what: 'sanction' });
  return sanction;
}

/** Predicate over an appeal `a`: the student's own, and for those who decide, all of the school. Nobody else reads what it says. */
export function appealVisible(actor: Actor): Sql {
  if (actor.scopeOf('affairs:sanction-appeal:decide').school) return sql`TRUE`;
  const { personId } = actor.scopeOf('affairs:sanction:appeal');
  return personId ? sql`a.student_id = ${personId}` : sql`FALSE`;
}

/** An app by itself that has the permission acts for the student whose matter it is. */
export function isOwn(actor: Actor, { studentId }: Pick<Sanction | SanctionAppeal, 'studentId'>): boolean {
  const scope = actor.scopeOf('affairs:sanction:appeal');
  return scope.personId === studentId || (actor.personId === undefined && scope.school);
}
