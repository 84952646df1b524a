import { firstIdOf, query, queryOne, sql, type Sql, type Tx } from '#database';
import type { ServiceName } from '#contracts';
import type { DeadDeliveries } from './dead.js';

export type DeliveryState = 'waiting' | 'under_way' | 'handled' | 'dead';

export interface DeliveryInfo {
  id: string;
  eventId: string;
  eventName: string;
  consumer: ServiceName;
  state: DeliveryState;
  attempts: number;
  lastProblem: string | null;
  occurredAt: Date;
  dueAt: Date | null;
  handledAt: Date | null;
  deadAt: Date | null;
}

const COLUMNS = sql`d.id, d.event_id AS "eventId", e.name AS "eventName", d.consumer,
  CASE WHEN d.handled_at IS NOT NULL THEN 'handled' WHEN d.dead_at IS NOT NULL THEN 'dead'
       WHEN d.dispatched_at IS NOT NULL THEN 'under_way' ELSE 'waiting' END AS state,
  d.attempts, d.last_problem AS "lastProblem", e.occurred_at AS "occurredAt",
  CASE WHEN d.due_at < 'infinity' THEN d.due_at END AS "dueAt", d.handled_at AS "handledAt", d.dead_at AS "deadAt"`;

/** Deliveries of a consumer that are not handled, dead ones included, oldest first; `after` is a predicate over `d.id`. */
export async function openDeliveries(
  tx: Tx,
  consumer: ServiceName,
  filter: { dead?: boolean | undefined; after: Sql; limit: number },
): Promise<DeliveryInfo[]> {
  return query<DeliveryInfo>(
    tx,
    sql`SELECT ${COLUMNS} FROM events.delivery d JOIN events.event e ON e.id = d.event_id
         WHERE d.consumer = ${consumer} AND d.handled_at IS NULL AND ${filter.after}
           AND (${filter.dead ?? null}::boolean IS NULL OR (d.dead_at IS NOT NULL) = ${filter.dead ?? null}::boolean)
         ORDER BY d.id LIMIT ${filter.limit}`,
  );
}

export async function deliveryById(tx: Tx, consumer: ServiceName, id: string): Promise<DeliveryInfo | undefined> {
  return queryOne<DeliveryInfo>(
    tx,
    sql`SELECT ${COLUMNS} FROM events.delivery d JOIN events.event e ON e.id = d.event_id WHERE d.id = ${id} AND d.consumer = ${consumer}`,
  );
}

/** Gives a dead delivery its tries back and lets those behind it go on. Returns whether there was one. */
export async function replayDelivery(tx: Tx, consumer: ServiceName, id: string): Promise<boolean> {
  const rows = await query<{ id: string }>(
    tx,
    sql`UPDATE events.delivery SET dead_at = NULL, attempts = 0, due_at = now(), dispatched_at = NULL
         WHERE id = ${id} AND consumer = ${consumer} AND dead_at IS NOT NULL AND handled_at IS NULL RETURNING id`,
  );
  if (rows.length > 0) await releaseParked(tx, id);
  return rows.length > 0;
}

/**
 * Gives a delivery up for good that is dead, or fails and is to be tried again: it counts as handled, those behind it go on, and whoever
 * waits for its effect is told, unless that was done when it died. Returns whether there was one that nobody is handling right now.
 */
export async function discardDelivery(
  tx: Tx,
  dead: DeadDeliveries,
  service: ServiceName,
  id: string,
): Promise<boolean> {
  const event = await queryOne<{ id: string; name: string; wasDead: boolean }>(
    tx,
    sql`UPDATE events.delivery d SET handled_at = now(), dead_at = coalesce(d.dead_at, now()), last_problem = 'discarded: ' || coalesce(d.last_problem, '')
          FROM (SELECT id, event_id, dead_at FROM events.delivery
                 WHERE id = ${id} AND consumer = ${service} AND handled_at IS NULL AND (dead_at IS NOT NULL OR attempts > 0)
                   FOR UPDATE SKIP LOCKED) given
          JOIN events.event e ON e.id = given.event_id
         WHERE d.id = given.id
        RETURNING e.id, e.name, given.dead_at IS NOT NULL AS "wasDead"`,
  );
  if (!event) return false;
  await releaseParked(tx, id);
  if (!event.wasDead) await dead.report(tx, service, event);
  return true;
}

/** As `discardDelivery`, of one that is being handled in `tx`: nobody wants its effect any more. */
export async function dropDelivery(
  tx: Tx,
  dead: DeadDeliveries,
  service: ServiceName,
  delivery: { deliveryId: string; id: string; name: string },
  attempts: number,
): Promise<void> {
  await query(
    tx,
    sql`UPDATE events.delivery SET attempts = ${attempts}, handled_at = now(), dead_at = now(), last_problem = 'no longer wanted'
         WHERE id = ${delivery.deliveryId}`,
  );
  await releaseParked(tx, delivery.deliveryId);
  await dead.report(tx, service, delivery);
}

async function releaseParked(tx: Tx, id: string): Promise<void> {
  await query(
    tx,
    sql`UPDATE events.delivery d SET due_at = now() FROM events.delivery p
         WHERE p.id = ${id} AND d.consumer = p.consumer AND d.aggregate_id = p.aggregate_id AND d.due_at = 'infinity'`,
  );
}

/**
 * Deletes deliveries handled before `before`, and events nobody waits for; the event log's retention. Returns the events deleted. Reads
 * only what was published before: ids begin with the time.
 */
export async function deleteHandledEvents(tx: Tx, before: Date): Promise<number> {
  const published = sql`e.id < ${firstIdOf(before)}`;
  await query(
    tx,
    sql`DELETE FROM events.delivery d USING events.event e WHERE ${published} AND d.event_id = e.id AND d.handled_at < ${before}`,
  );
  const rows = await query(
    tx,
    sql`DELETE FROM events.event e WHERE ${published} AND NOT EXISTS (SELECT 1 FROM events.delivery d WHERE d.event_id = e.id) RETURNING e.id`,
  );
  return rows.length;
}
