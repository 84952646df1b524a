import { In } from 'typeorm';
import type { Actor } from '#auth';
import { type AppointmentKind, APPOINTMENT_KINDS, PLACE_KINDS, ROLE_PERMISSIONS } from '#contracts';
import { findInScope, query, queryOne, sql, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { holdsOn, personRef, unitInScope, unitsBelow } from '#roster';
import { handlerOf } from './ticket-handler.js';
import { Ticket, UNDER_WAY } from './ticket.entity.js';
import { CannotHandleTickets, TicketUnitWrong } from './tickets.problems.js';
import type { TicketKind, TicketPolicy } from './tickets.policy.js';

/** Posts that deal with tickets. */
const HANDLING = (Object.keys(APPOINTMENT_KINDS) as AppointmentKind[]).filter((kind) =>
  ROLE_PERMISSIONS[kind].includes('affairs:ticket:handle'),
);
/** The head of a department, and of the school's student affairs. */
const HEAD: AppointmentKind = 'student_affairs_officer';

/** SQL: a unit or place in a column as answers show it, null where there is none. */
export function unitRef(column: Sql): Sql {
  return sql`(SELECT json_build_object('id', u.id, 'code', u.code, 'name', u.name) FROM directory.published_unit_v1 u WHERE u.id = ${column})`;
}

/** SQL predicate over a ticket `t`: has the deadline passed that runs? */
export function overdue(now: Date): Sql {
  return sql`(t.status IN ('open', 'assigned')
    AND (t.done_due_at <= ${now} OR t.answered_at IS NULL AND t.answer_due_at <= ${now}))`;
}

/** SQL: what a list shows of a ticket `t`. */
export function columns(now: Date): Sql {
  return sql`t.id, t.kind, t.kind_group AS "group", t.status, t.anonymous,
    CASE WHEN t.anonymous THEN NULL ELSE ${personRef(sql`t.student_id`)} END AS student, ${unitRef(sql`t.place_id`)} AS place,
    ${unitRef(sql`t.unit_id`)} AS unit, ${personRef(sql`t.assignee_id`)} AS assignee, t.main_id AS "mainId",
    t.answer_due_at AS "answerDueAt", t.answered_at AS "answeredAt", t.done_due_at AS "doneDueAt", t.done_at AS "doneAt",
    t.waiting_since AS "waitingSince", ${overdue(now)} AS overdue, t.escalation, t.urged, t.reopened, t.rating,
    t.closed_at AS "closedAt", t.closed_by AS "closedBy", t.reported_at AS "reportedAt", t.updated_at AS "updatedAt", t.version`;
}

/** Predicate over a ticket `t`: a student's own, and those in the queues that the actor's posts are over. Nobody else's, however they answer for the student. */
export function visible(actor: Actor): Sql {
  const scope = actor.scopeOf('affairs:ticket:read');
  const own = scope.personId ? sql`t.student_id = ${scope.personId}` : sql`FALSE`;
  return sql`(${own} OR ${unitInScope(scope, sql`t.unit_id`)})`;
}

/** A ticket as it is. Throws NotFound. */
export async function findTicket(tx: Tx, id: string, where: Sql): Promise<Ticket> {
  const ticket = await findInScope(tx, Ticket, id, { alias: 't', where });
  if (!ticket) throw new NotFound({ what: 'ticket' });
  return ticket;
}

/** A ticket to oneself until `tx` ends. Throws NotFound. */
export async function lockTicket(tx: Tx, id: string, where: Sql, pointer?: string): Promise<Ticket> {
  const ticket = await findInScope(tx, Ticket, id, { alias: 't', where, lock: 'update' });
  if (!ticket) throw new NotFound({ what: 'ticket', ...(pointer && { pointer }) });
  return ticket;
}

/** Tickets that follow another one, to oneself until `tx` ends. */
export async function lockFollowers(tx: Tx, mainId: string, status: 'merged' | 'done'): Promise<Ticket[]> {
  const rows = await query<{ id: string }>(
    tx,
    sql`SELECT id FROM affairs.ticket WHERE main_id = ${mainId} AND status = ${status} ORDER BY id FOR UPDATE`,
  );
  const ids = rows.map(({ id }) => id);
  return ids.length === 0 ? [] : tx.find(Ticket, { where: { id: In(ids) }, order: { id: 'ASC' } });
}

/** Does the actor deal with what is in the queue of a unit? */
export async function handlesIn(tx: Tx, actor: Actor, unitId: string): Promise<boolean> {
  const scope = actor.scopeOf('affairs:ticket:handle');
  if (scope.school) return true;
  if (scope.unitIds.length === 0) return false;
  const row = await queryOne<{ ok: boolean }>(tx, sql`SELECT ${unitInScope(scope, sql`${unitId}::uuid`)} AS ok`);
  return row!.ok;
}

/** A place with those above it, itself first. Throws NotFound for what is no active place. */
export async function pathOf(tx: Tx, placeId: string): Promise<{ id: string; kind: string; code: string }[]> {
  const path = await query<{ id: string; kind: string; code: string; active: boolean }>(
    tx,
    sql`WITH RECURSIVE above AS (
          SELECT id, kind, code, parent_id, active, 0 AS depth FROM directory.published_unit_v1 WHERE id = ${placeId}
          UNION ALL
          SELECT u.id, u.kind, u.code, u.parent_id, u.active, a.depth + 1 FROM directory.published_unit_v1 u JOIN above a ON u.id = a.parent_id)
        SELECT id, kind, code, active FROM above ORDER BY depth`,
  );
  const [place] = path;
  if (!place?.active || !(place.kind in PLACE_KINDS)) throw new NotFound({ pointer: '#/placeId', what: 'place' });
  return path;
}

/** The unit in whose queue a new ticket comes: that of its kind and place, else the desk. */
export async function queueFor(
  tx: Tx,
  policy: TicketPolicy,
  kind: TicketKind,
  path: readonly { id: string; kind: string; code: string }[],
  date: string,
): Promise<string> {
  const code = handlerOf(
    policy,
    kind,
    path.map((place) => place.code),
  );
  const building = code === null ? path.find((place) => place.kind === 'building') : undefined;
  if (building && (await hasHead(tx, building.id, date))) return building.id;
  return unitByCode(tx, [...(code === null ? [] : [code]), policy.desk]);
}

/** The unit of the desk. */
export function deskOf(tx: Tx, { desk }: Pick<TicketPolicy, 'desk'>): Promise<string> {
  return unitByCode(tx, [desk]);
}

/** The first of some departments that is there, else the school: nothing is lost because a code changed. */
async function unitByCode(tx: Tx, codes: readonly string[]): Promise<string> {
  const row = await queryOne<{ id: string }>(
    tx,
    sql`SELECT id FROM directory.published_unit_v1
         WHERE active AND (kind = 'department' AND code = ANY(${codes}::text[]) OR kind = 'school')
         ORDER BY array_position(${codes}::text[], CASE WHEN kind = 'department' THEN code END) NULLS LAST, id LIMIT 1`,
  );
  if (!row) throw new Error('The directory has no school');
  return row.id;
}

async function hasHead(tx: Tx, buildingId: string, date: string): Promise<boolean> {
  const row = await queryOne(
    tx,
    sql`SELECT FROM staffing.published_appointment_v1 a JOIN directory.published_person_v1 p ON p.id = a.person_id AND p.active
         WHERE a.unit_id = ${buildingId} AND a.kind = 'building_head' AND ${holdsOn(sql`a`, date)} LIMIT 1`,
  );
  return row !== undefined;
}

/** Throws TicketUnitWrong (422) for what a ticket cannot be sent to: it would lie where nobody looks. */
export async function mustBeQueue(tx: Tx, unitId: string, date: string): Promise<void> {
  const unit = await queryOne<{ kind: string }>(
    tx,
    sql`SELECT kind FROM directory.published_unit_v1 WHERE id = ${unitId} AND active AND kind IN ('department', 'building')`,
  );
  if (!unit || (unit.kind === 'building' && !(await hasHead(tx, unitId, date))))
    throw new TicketUnitWrong({ pointer: '#/unitId' });
}

/** Throws CannotHandleTickets (422) for somebody who holds no post on `date` that deals with the queue of a unit. */
export async function mustHandle(
  tx: Tx,
  personId: string,
  unitId: string,
  date: string,
  pointer: string,
): Promise<void> {
  const post = await queryOne(
    tx,
    sql`SELECT FROM staffing.published_appointment_v1 a JOIN directory.published_person_v1 p ON p.id = a.person_id AND p.active
         WHERE a.person_id = ${personId} AND a.kind = ANY(${HANDLING}::text[]) AND ${holdsOn(sql`a`, date)}
           AND (a.unit_id = ${unitId} OR EXISTS (SELECT FROM directory.published_unit_v1 s WHERE s.id = a.unit_id AND s.kind = 'school')) LIMIT 1`,
  );
  if (!post) throw new CannotHandleTickets({ pointer });
}

/** Who hears that a ticket of a unit is late: its heads, and from level 2 on, or where it has none, those of the school. At most 1000. */
export async function whoHears(tx: Tx, unitId: string, level: number, date: string): Promise<string[]> {
  const rows = await query<{ personId: string; school: boolean }>(
    tx,
    sql`SELECT DISTINCT a.person_id AS "personId", u.kind = 'school' AS school
          FROM staffing.published_appointment_v1 a JOIN directory.published_unit_v1 u ON u.id = a.unit_id
         WHERE a.kind = ${HEAD} AND (a.unit_id = ${unitId} OR u.kind = 'school') AND ${holdsOn(sql`a`, date)} ORDER BY 1 LIMIT 1000`,
  );
  const heads = rows.filter(({ school }) => !school);
  const heard = level > 1 ? rows : heads.length > 0 ? heads : rows;
  return [...new Set(heard.map(({ personId }) => personId))];
}

/** SQL: ids of tickets under way, of the same kind and place and in the same queue, that were sent in since: the same, perhaps. */
export function sameAs({ id, kind, placeId, unitId }: Ticket, since: Date): Sql {
  return sql`t.kind = ${kind} AND t.place_id IS NOT DISTINCT FROM ${placeId}::uuid AND t.unit_id = ${unitId} AND t.id <> ${id}
    AND t.status = ANY(${UNDER_WAY}::text[]) AND t.reported_at >= ${since}`;
}

/** SQL predicate over a ticket `t`: is it at one of the places, or below? */
export function atPlaces(placeIds: readonly string[] | undefined): Sql | undefined {
  return placeIds?.length ? sql`t.place_id IN (${unitsBelow(placeIds)})` : undefined;
}
