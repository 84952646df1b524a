import { Injectable } from '@nestjs/common';
import { eventOptions, type EventClass, type EventOptions } from '#contracts';
import { afterCommit, newId, send, sql, type Tx } from '#database';
import { invalidPart } from './payload.js';
import { type ClaimedDelivery, Relay } from './relay.js';

/** The entity an event speaks of: deliveries of one aggregate reach a consumer in the order they were published. */
export interface Aggregate {
  id: string;
  version: number;
}

export interface EventRow {
  id: string;
  name: string;
  aggregateId: string | null;
  aggregateVersion: number | null;
  payload: object;
  trace: string | null;
  consumers: readonly string[];
  long: boolean;
}

/** Writes events and their deliveries into the caller's transaction. */
@Injectable()
export class Events {
  constructor(private readonly relay: Relay) {}

  /**
   * Publishes a fact inside `tx`: it happens exactly when the transaction commits. `aggregate` orders the events of one entity.
   * Returns the event's id. Throws when the payload breaks its own rules.
   */
  async publish(tx: Tx, event: object, aggregate?: Aggregate, trace?: string): Promise<string> {
    const [id] = await this.publishAll(tx, [event], aggregate, trace);
    return id as string;
  }

  /** Publishes several events with one statement. */
  async publishAll(tx: Tx, events: object[], aggregate?: Aggregate, trace?: string): Promise<string[]> {
    return this.publishEach(
      tx,
      events.map((event) => ({ event, aggregate })),
      trace,
    );
  }

  /** The same of several aggregates. */
  async publishEach(
    tx: Tx,
    events: readonly { event: object; aggregate: Aggregate | undefined }[],
    trace?: string,
  ): Promise<string[]> {
    const rows = events.map(({ event, aggregate }): EventRow => {
      const options = checked(event);
      return {
        id: newId(),
        name: options.name,
        aggregateId: aggregate?.id ?? null,
        aggregateVersion: aggregate?.version ?? null,
        payload: event,
        trace: trace ?? null,
        consumers: options.consumers,
        long: options.long ?? false,
      };
    });
    await this.write(tx, rows);
    return rows.map((row) => row.id);
  }

  /** Writes ready rows; schedules and timers use it. They are on their way as soon as `tx` has committed. */
  async write(tx: Tx, rows: EventRow[]): Promise<void> {
    if (rows.length === 0) return;
    const fresh = send<ClaimedDelivery>(
      tx,
      sql`WITH given AS (
            SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id uuid, name text, "aggregateId" uuid,
              "aggregateVersion" int, payload jsonb, trace text, consumers text[], long boolean)
          ), logged AS (
            INSERT INTO events.event (id, name, aggregate_id, aggregate_version, payload, trace)
            SELECT id, name, "aggregateId", "aggregateVersion", payload, trace FROM given ORDER BY id
          )
          INSERT INTO events.delivery (event_id, consumer, aggregate_id, long, dispatched_at)
          SELECT g.id, c.consumer, g."aggregateId", g.long, clock_timestamp()
            FROM given g CROSS JOIN unnest(g.consumers) AS c(consumer) ORDER BY g.id
          RETURNING id, consumer, long`,
    );
    afterCommit(tx, () => void fresh.then((deliveries) => this.relay.push(deliveries)));
  }
}

/** The options of an event's class; throws when its payload breaks its own rules. */
export function checked(event: object): EventOptions {
  const eventClass = event.constructor as EventClass;
  const options = eventOptions(eventClass);
  const invalid = invalidPart(eventClass, event);
  if (invalid) throw new Error(`${options.name}: invalid payload at ${invalid}`);
  return options;
}
