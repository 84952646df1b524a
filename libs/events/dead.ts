import { Injectable } from '@nestjs/common';
import type { ServiceName } from '#contracts';
import { newId, queryOne, sql, type Tx } from '#database';
import { Handlers } from './handlers.js';
import { Events } from './publishing.js';
import { received, STORED_EVENT, type StoredEvent } from './stored-event.js';

export const DEAD_PREFIX = 'dead/';

/**
 * Tells whoever waits for the effect of a delivery that there will be none. The news is a delivery of its own, written in the transaction
 * that gives the first one up: `@OnDead` is tried as often as any handler, and has its effect once.
 */
@Injectable()
export class DeadDeliveries {
  constructor(
    private readonly handlers: Handlers,
    private readonly events: Events,
  ) {}

  /** The delivery of an event to a service was given up in `tx`. */
  async report(tx: Tx, service: ServiceName, { id, name }: { id: string; name: string }): Promise<void> {
    if (!this.handlers.deadHandlerOf(service, name)) return;
    await this.events.write(tx, [
      {
        id: newId(),
        name: DEAD_PREFIX + name,
        aggregateId: null,
        aggregateVersion: null,
        payload: { eventId: id },
        trace: null,
        consumers: [service],
        long: false,
      },
    ]);
  }

  /** Runs `@OnDead` for what `report` wrote, unless the delivery was replayed since. */
  async handle(tx: Tx, service: ServiceName, payload: object): Promise<void> {
    const { eventId } = payload as { eventId: string };
    const event = await queryOne<StoredEvent>(
      tx,
      sql`SELECT ${STORED_EVENT} FROM events.delivery d JOIN events.event e ON e.id = d.event_id
           WHERE d.event_id = ${eventId} AND d.consumer = ${service} AND d.dead_at IS NOT NULL FOR SHARE OF d`,
    );
    if (!event) return;
    const handler = this.handlers.deadHandlerOf(service, event.name);
    if (!handler) throw new Error(`no @OnDead for ${event.name}`);
    await handler.handle(tx, [received(handler.eventClass, event)]);
  }
}
