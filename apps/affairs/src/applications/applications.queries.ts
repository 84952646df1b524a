import type { Actor } from '#auth';
import { findInScope, join, sql, StaleVersionError, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { inScope } from '#roster';
import { subjectIsHandedTo, subjectIsSignedBy, type Workflows } from '#workflow';
import { Application } from './application.entity.js';

/**
 * Predicate over `a`: does the application exist for the actor? Within the scope of who may read or submit it, or because they sign it, or
 * it was handed to them. A draft exists for who may submit it alone: the student, and who fills it in.
 */
export function visibleTo(actor: Actor, workflows: Workflows, now: Date): Sql {
  const [date, me] = [workflows.dateOf(now), actor.personId];
  const own = inScope(actor.scopeOf('affairs:application:submit'), sql`a.student_id`, date);
  const within = [own, inScope(actor.scopeOf('affairs:application:read'), sql`a.student_id`, date)];
  const signs =
    me && actor.can('affairs:application:decide')
      ? [subjectIsSignedBy(workflows, sql`a.id`, me), subjectIsHandedTo(workflows, sql`a.id`, me, now)]
      : [];
  const mine = me ? sql`a.created_by = ${me}` : sql`FALSE`;
  return sql`(CASE WHEN a.status = 'draft' THEN (${own} OR ${mine}) ELSE (${join([...within, ...signs], ' OR ')}) END)`;
}

/** Reads an application that is about to change and locks it; `visible` is a predicate over `a`. NotFound, or 412 when it is stale. */
export async function findForChange(tx: Tx, visible: Sql, id: string, expected: number): Promise<Application> {
  const application = await findInScope(tx, Application, id, { alias: 'a', where: visible, lock: 'update' });
  if (!application) throw new NotFound({ what: 'application' });
  if (application.version !== expected) throw new StaleVersionError();
  return application;
}
