import type { Actor } from '#auth';
import type { Permission } from '#contracts';
import { empty, findInScope, queryOne, sql, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { inScope, unitInScope } from '#roster';
import { Bookable } from './bookable.entity.js';
import { type Booking, TAKING } from './booking.entity.js';
import type { Span } from './opening-hours.js';

/**
 * Predicate over a bookable `k`: does the actor keep it? Hours are their host's; with `rulesOnly`, which shows no bookings, those too who
 * answer for the unit. An app by itself keeps all.
 */
export function keeps(actor: Actor, permission: Permission, rulesOnly = false): Sql {
  const scope = actor.scopeOf(permission);
  const me = actor.personId;
  if (scope.school && !me) return sql`TRUE`;
  if (!me || (!scope.school && scope.unitIds.length === 0)) return sql`FALSE`;
  const overUnit = unitInScope(scope, sql`k.unit_id`);
  return rulesOnly
    ? sql`(k.host_id = ${me} OR ${overUnit})`
    : sql`(k.host_id = ${me} OR k.host_id IS NULL AND ${overUnit})`;
}

/** Predicate over a bookable `k`: staff see all of them, a student those that are for them, and what they have booked of. */
export function visible(actor: Actor, date: string): Sql {
  const scope = actor.scopeOf('affairs:booking:read');
  if (scope.school || scope.unitIds.length > 0) return sql`TRUE`;
  if (!scope.personId) return sql`FALSE`;
  return sql`(${isFor(scope.personId, date)}
    OR EXISTS (SELECT FROM affairs.booking o WHERE o.bookable_id = k.id AND o.student_id = ${scope.personId}))`;
}

/** Predicate over a bookable `k`: is it for this student? */
export function isFor(studentId: string, date: string): Sql {
  return sql`(k.audience_unit_ids = '{}' OR EXISTS (SELECT FROM directory.published_membership_v1 m
    WHERE m.unit_id = ANY(k.audience_unit_ids) AND ${inScope({ school: false, unitIds: [], personId: studentId }, sql`m.person_id`, date)}
      AND m.valid_from <= ${date} AND (m.valid_to IS NULL OR m.valid_to > ${date})))`;
}

/** The bookable to oneself until `tx` ends: places of it are given out one request after the other. Throws NotFound. */
export async function lockBookable(tx: Tx, id: string, where = sql`TRUE`): Promise<Bookable> {
  const bookable = await findInScope(tx, Bookable, id, { alias: 'k', where, lock: 'update' });
  if (!bookable) throw new NotFound({ pointer: '#/bookableId', what: 'bookable' });
  return bookable;
}

/**
 * How many people are there at most at once in a time, or 1 or more where it is taken by one booking alone. The most are there when one of
 * the bookings begins. A booking lies within one day: years of them need not be looked through.
 */
function takenIn(bookableId: string, startsAt: Sql, endsAt: Sql): Sql {
  return sql`(WITH taking AS (
      SELECT o.starts_at, o.ends_at, o.attendees FROM affairs.booking o
       WHERE o.bookable_id = ${bookableId} AND o.status = ANY(${TAKING}::text[]) AND o.starts_at < ${endsAt} AND o.ends_at > ${startsAt}
         AND o.starts_at > ${startsAt} - interval '2 days')
    SELECT coalesce(max(people), 0)::int FROM (
      SELECT (SELECT sum(t.attendees) FROM taking t WHERE t.starts_at <= at AND t.ends_at > at) AS people
        FROM (SELECT greatest(taking.starts_at, ${startsAt}) AS at FROM taking) begins) there)`;
}

/** Predicate: is there place for so many in a time? `tx` holds the bookable's lock. */
function placeFor({ id, exclusive, capacity }: Bookable, startsAt: Sql, endsAt: Sql, attendees: Sql): Sql {
  const taken = takenIn(id, startsAt, endsAt);
  return exclusive
    ? sql`(${taken} = 0 AND ${attendees} <= ${capacity})`
    : sql`(${taken} + ${attendees} <= ${capacity})`;
}

/** Whether there is place for a booking. `tx` holds the bookable's lock. */
export async function hasPlace(
  tx: Tx,
  bookable: Bookable,
  { startsAt, endsAt, attendees }: Span & Pick<Booking, 'attendees'>,
): Promise<boolean> {
  const [from, to] = [sql`${startsAt}::timestamptz`, sql`${endsAt}::timestamptz`];
  const row = await queryOne<{ place: boolean }>(
    tx,
    sql`SELECT ${placeFor(bookable, from, to, sql`${attendees}::int`)} AS place`,
  );
  return row!.place;
}

/** Who has waited longest of those for whom there is place; `freed`: of those who wait for a time that overlaps it. `tx` holds the bookable's lock. */
export async function nextWaiting(tx: Tx, bookable: Bookable, now: Date, freed?: Span): Promise<string | undefined> {
  const ofTime = freed ? sql`AND b.starts_at < ${freed.endsAt} AND b.ends_at > ${freed.startsAt}` : empty;
  const row = await queryOne<{ id: string }>(
    tx,
    // Sorted first, so that it is worked out for no more of them than need be.
    sql`SELECT b.id FROM (
          SELECT id, starts_at, ends_at, attendees, asked_at FROM affairs.booking b
           WHERE b.bookable_id = ${bookable.id} AND b.status = 'waiting' AND b.starts_at > ${now} ${ofTime}
           ORDER BY b.asked_at, b.id OFFSET 0) b
         WHERE ${placeFor(bookable, sql`b.starts_at`, sql`b.ends_at`, sql`b.attendees`)}
         ORDER BY b.asked_at, b.id LIMIT 1`,
  );
  return row?.id;
}
