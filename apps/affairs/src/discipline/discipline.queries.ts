import type { Actor } from '#auth';
import { APPOINTMENT_KINDS, type AppointmentKind, ROLE_PERMISSIONS } from '#contracts';
import { findInScope, query, sql, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { holdsOn, inScope } from '#roster';
import type { SanctionAppeal } from './appeal.entity.js';
import { Sanction } from './sanction.entity.js';

/** Posts of whom, where they are over the school, are the committee that decides on appeals. */
const COMMITTEE = (Object.keys(APPOINTMENT_KINDS) as AppointmentKind[]).filter((kind) =>
  ROLE_PERMISSIONS[kind].includes('affairs:sanction-appeal:decide'),
);

/** Of some persons those who are of the committee on a date. */
export async function onCommittee(tx: Tx, personIds: readonly string[], date: string): Promise<Set<string>> {
  const rows = await query<{ id: string }>(
    tx,
    sql`SELECT DISTINCT a.person_id AS id FROM staffing.published_appointment_v1 a
          JOIN directory.published_unit_v1 u ON u.id = a.unit_id AND u.kind = 'school'
          JOIN directory.published_person_v1 p ON p.id = a.person_id AND p.active
         WHERE a.person_id = ANY(${personIds}::uuid[]) AND a.kind = ANY(${COMMITTEE}::text[]) AND ${holdsOn(sql`a`, date)}`,
  );
  return new Set(rows.map(({ id }) => id));
}

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
