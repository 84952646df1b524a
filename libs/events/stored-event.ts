import type { EventClass } from '#contracts';
import { type Sql, sql } from '#database';
import type { Received } from './handlers.js';
import { eventOf, invalidPart } from './payload.js';

/** An event as it is stored. */
export interface StoredEvent {
  id: string;
  name: string;
  aggregateId: string | null;
  aggregateVersion: number | null;
  payload: object;
  trace: string | null;
  occurredAt: Date;
}

/** The columns of a `StoredEvent`; `e` is its row of `events.event`. */
export const STORED_EVENT = sql`e.id, e.name, e.aggregate_id AS "aggregateId", e.aggregate_version AS "aggregateVersion", e.payload, e.trace,
  e.occurred_at AS "occurredAt"`;

/**
 * Which of the deliveries `ids` are neither handled nor dead. By the primary key: put in another way, PostgreSQL reads one of the partial
 * indexes of what is open, that is the whole backlog, for every job.
 */
export function openAmong(ids: readonly string[]): Sql {
  return sql`id = ANY(${ids}::bigint[]) AND coalesce(handled_at, dead_at) IS NULL`;
}

/** The event as a handler gets it, its payload checked against its class. */
export function received(eventClass: EventClass, { payload, ...event }: StoredEvent): Received<object> {
  const invalid = invalidPart(eventClass, payload);
  if (invalid) throw new Error(`invalid payload at ${invalid}`);
  return { ...event, data: eventOf(eventClass, payload) };
}
