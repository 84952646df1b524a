import type { Actor } from '#auth';
import { findInScope, sql, StaleVersionError, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { holdsOn, inScope, unitInScope, unitTouchesScope } from '#roster';
import { meantFor } from '../students.queries.js';
import { HolidayCampaign } from './campaign.entity.js';

/** Predicate over a campaign `l`: may the actor hold it? One of the whole school is the school's officers' alone. */
export function holds(actor: Actor): Sql {
  return unitInScope(actor.scopeOf('affairs:holiday-campaign:manage'), sql`l.unit_id`);
}

/** Predicate over a campaign `l`: a draft exists for whoever may hold it alone; after that for students it is for, and their staff. */
export function campaignVisible(actor: Actor, date: string): Sql {
  const { school, unitIds, personId } = actor.scopeOf('affairs:holiday-registration:read');
  if (school) return sql`(${holds(actor)} OR l.status <> 'draft')`;
  const staff =
    unitIds.length > 0
      ? sql`(l.unit_ids = '{}' OR EXISTS (SELECT FROM unnest(l.unit_ids) u(id) WHERE ${unitTouchesScope({ school, unitIds }, sql`u.id`, date)}))`
      : sql`FALSE`;
  const student = personId
    ? sql`(EXISTS (SELECT FROM directory.published_student_v1 p WHERE p.id = ${personId} AND ${meantFor(sql`l`, sql`p`, date)})
           OR EXISTS (SELECT FROM affairs.holiday_registration r WHERE r.campaign_id = l.id AND r.student_id = ${personId}))`
    : sql`FALSE`;
  return sql`(${holds(actor)} OR l.status <> 'draft' AND (${staff} OR ${student}))`;
}

/** The campaign of this id, where `where` holds of `l`. Throws NotFound, or 412 when it is stale. */
export async function findCampaign(
  tx: Tx,
  id: string,
  where: Sql,
  { lock, expected, pointer }: { lock?: 'share' | 'update'; expected?: number; pointer?: string } = {},
): Promise<HolidayCampaign> {
  const found = await findInScope(tx, HolidayCampaign, id, { alias: 'l', where, ...(lock && { lock }) });
  if (!found) throw new NotFound({ what: 'holiday-campaign', ...(pointer && { pointer }) });
  if (expected !== undefined && found.version !== expected) throw new StaleVersionError();
  return found;
}

/** Predicate over a registration `r`: the student's own, or of a student the actor answers for. */
export function registrationVisible(actor: Actor, date: string): Sql {
  return inScope(actor.scopeOf('affairs:holiday-registration:read'), sql`r.student_id`, date);
}

/** Predicate over a registration `r` that may not be there: has the student said where they will be, and was not refused? */
export const REGISTERED = sql`coalesce(r.status IN ('submitted','approved'), false)`;

/** Predicate over a registration `r` of a campaign `l`: the holiday is over, and nobody knows that the student is back. */
export function overdue(now: Date): Sql {
  return sql`(r.status = 'approved' AND r.away AND r.returned_at IS NULL AND l.ends_at <= ${now})`;
}

/** SQL: the unit of this kind to which the student in a column belongs on a date, as `unit_id`; to be joined LATERAL. */
export function unitOf(student: Sql, kind: 'college' | 'class', date: string): Sql {
  return sql`(SELECT m.unit_id FROM directory.published_membership_v1 m
    WHERE m.person_id = ${student} AND m.unit_kind = ${kind} AND NOT m.secondary AND ${holdsOn(sql`m`, date)} LIMIT 1)`;
}

/** SQL: FROM the students `p` within the actor's scope for whom a campaign `l` is, with what they have registered as `r`, if they have. */
export function studentsOf(actor: Actor, campaignId: string, date: string): Sql {
  const scope = actor.scopeOf('affairs:holiday-registration:decide');
  return sql`(SELECT * FROM affairs.holiday_campaign WHERE id = ${campaignId}) l
    JOIN directory.published_student_v1 p ON ${meantFor(sql`l`, sql`p`, date)} AND ${inScope(scope, sql`p.id`, date)}
    LEFT JOIN affairs.holiday_registration r ON r.campaign_id = l.id AND r.student_id = p.id AND r.status <> 'withdrawn'`;
}
