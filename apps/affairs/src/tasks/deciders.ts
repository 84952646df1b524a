import { APPOINTMENT_KINDS, type AppointmentKind, ROLE_PERMISSIONS } from '#contracts';
import { query, queryOne, sql, type Tx } from '#database';
import { holdsOn } from '#roster';
import { CannotDecideApplications, CannotDecideLeaves } from './tasks.problems.js';

/** What is decided on, the permission for it, and what somebody is told who is to decide and holds no post for it. */
const DECISIONS = {
  'affairs:leave:decide': CannotDecideLeaves,
  'affairs:application:decide': CannotDecideApplications,
};
type Decides = keyof typeof DECISIONS;

/** Kinds of posts that carry one of the permissions to decide. */
export function postsThat(...decide: Decides[]): AppointmentKind[] {
  return (Object.keys(APPOINTMENT_KINDS) as AppointmentKind[]).filter((kind) =>
    decide.some((permission) => ROLE_PERMISSIONS[kind].includes(permission)),
  );
}

/** Kinds of posts that decide on anything here. */
export const DECIDING: readonly string[] = postsThat('affairs:leave:decide', 'affairs:application:decide');

/** Throws CannotDecide… (422) for somebody who holds no post on `date` that decides on this: what is handed to them they could not answer. */
export async function mustDecide(
  tx: Tx,
  decides: Decides,
  personId: string,
  date: string,
  pointer: string,
): Promise<void> {
  const post = await queryOne(
    tx,
    sql`SELECT FROM staffing.published_appointment_v1 a JOIN directory.published_person_v1 p ON p.id = a.person_id AND p.active
         WHERE a.person_id = ${personId} AND a.kind = ANY(${postsThat(decides)}::text[]) AND ${holdsOn(sql`a`, date)}`,
  );
  if (!post) throw new DECISIONS[decides]({ pointer });
}

/** Throws CannotDecide… (422) unless a stand-in holds posts on `date` that decide on all that somebody's own posts decide on. */
export async function mustDecideInPlaceOf(
  tx: Tx,
  personId: string,
  standInId: string,
  date: string,
  pointer: string,
): Promise<void> {
  const held = await query<{ kind: AppointmentKind }>(
    tx,
    sql`SELECT a.kind FROM staffing.published_appointment_v1 a WHERE a.person_id = ${personId} AND ${holdsOn(sql`a`, date)}`,
  );
  for (const permission of Object.keys(DECISIONS) as Decides[])
    if (held.some(({ kind }) => ROLE_PERMISSIONS[kind].includes(permission)))
      await mustDecide(tx, permission, standInId, date, pointer);
}
