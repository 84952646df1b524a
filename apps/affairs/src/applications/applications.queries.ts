import type { Actor } from '#auth';
import { findInScope, join, sql, StaleVersionError, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { inScope } from '#roster';
import { subjectIsHandedTo, type Workflows } from '#workflow';
import { Application } from './application.entity.js';

const APPLICATION_PERMISSIONS = [
  'affairs:application:read',
  'affairs:application:submit',
  'affairs:application:decide',
] as const;
export type ApplicationPermission = (typeof APPLICATION_PERMISSIONS)[number];

/**
 * Predicate over `a`: does the application exist for the actor? By the scope of one of the permissions (none given: of any), or because it
 * was handed to them, or to the unit they sign for. A draft exists for who may submit it alone: the student, and who fills it in.
 */
export function visibleTo(actor: Actor, workflows: Workflows, now: Date, ...permissions: ApplicationPermission[]): Sql {
  const [date, me] = [workflows.dateOf(now), actor.personId];
  const asked = permissions.length > 0 ? permissions : APPLICATION_PERMISSIONS;
  const within = asked.map((permission) => inScope(actor.scopeOf(permission), sql`a.student_id`, date));
  const handed = me ? subjectIsHandedTo(workflows, sql`a.id`, me, now) : sql`FALSE`;
  const own = inScope(actor.scopeOf('affairs:application:submit'), sql`a.student_id`, date);
  const mine = me ? sql`a.created_by = ${me}` : sql`FALSE`;
  return sql`(CASE WHEN a.status = 'draft' THEN (${own} OR ${mine}) ELSE (${join([...within, handed], ' OR ')}) END)`;
}

/** Reads an application that is about to change and locks it; `visible` is a predicate over `a`. NotFound, or 412 when it is stale. */
export async function findForChange(tx: Tx, visible: Sql, id: string, expected: number): Promise<Application> {
  const application = await findInScope(tx, Application, id, { alias: 'a', where: visible, lock: 'update' });
  if (!application) throw new NotFound({ what: 'application' });
  if (application.version !== expected) throw new StaleVersionError();
  return application;
}
