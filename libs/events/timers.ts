import { performance } from 'node:perf_hooks';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '#config';
import { eventClassOf, eventOptions, type ServiceName } from '#contracts';
import { afterCommit, Database, newId, query, queryOne, send, sql, type Sql, type Tx } from '#database';
import { CampusClock } from '#time';
import { Handlers } from './handlers.js';
import { checked, Events } from './publishing.js';

/** `<service>.<what> <id>`, e.g. `affairs.leave-return 0199e3a4-…`. The service's processes fire it. */
export type TimerKey = `${ServiceName}.${string}`;

/** A deadline: an event that is published when its time has come. */
export interface Timer {
  key: TimerKey;
  at: Date;
  event: object;
}

const POLL_MS = 5_000;
/** Least time between two looks, for a timer that is due but that somebody is moving or cancelling. */
const LEAST_MS = 200;
const AT_ONCE = 500;

/**
 * Timers of the hosted services. They are rows, set and cancelled in the caller's transaction; a worker whose time has come publishes the
 * event in the transaction that deletes the row. So each fires once, whatever dies, and late rather than never.
 */
@Injectable()
export class Timers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Timers');
  private running = false;
  private timer: NodeJS.Timeout | undefined;
  /** When the next look is due, in milliseconds of the monotonic clock. */
  private wakeAt = Infinity;
  private firing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly handlers: Handlers,
    private readonly events: Events,
    private readonly clock: CampusClock,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.roles.includes('worker')) return;
    this.running = true;
    this.wakeIn(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.running = false;
    clearTimeout(this.timer);
    this.wakeAt = Infinity;
    await this.firing;
  }

  /**
   * Sets a timer in `tx`, or moves the one that has the key. Its event carries ids, no personal data, and belongs to no aggregate: when it
   * is handled, the row it is about may have changed since, so the handler asks the row. Throws when the payload breaks its own rules.
   */
  async set(tx: Tx, timer: Timer): Promise<void> {
    await this.setAll(tx, [timer]);
  }

  /** Sets several timers with one statement; no key twice. */
  async setAll(tx: Tx, timers: readonly Timer[]): Promise<void> {
    if (timers.length > 0) void send(tx, this.setting(tx, ...timers));
  }

  /** What sets timers in `tx`, as a part of a statement of the caller: `WITH timer AS (…)`. */
  setting(tx: Tx, ...timers: Timer[]): Sql {
    const rows = timers.map(({ key, at, event }) => ({
      key,
      service: serviceOf(key),
      dueAt: at.toISOString(),
      eventName: checked(event).name,
      payload: event,
    }));
    const first = Math.min(...timers.map(({ at }) => at.getTime()));
    afterCommit(tx, () => this.wakeIn(first - this.clock.now().getTime()));
    return sql`INSERT INTO events.timer (key, service, due_at, event_name, payload)
      SELECT key, service, "dueAt", "eventName", payload
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          AS r(key text, service text, "dueAt" timestamptz, "eventName" text, payload jsonb) ORDER BY key
      ON CONFLICT (key) DO UPDATE
         SET due_at = excluded.due_at, event_name = excluded.event_name, payload = excluded.payload`;
  }

  /** Cancels timers in `tx`. One that has fired, or was never set, is no error: its event may be on its way. */
  async cancel(tx: Tx, ...keys: TimerKey[]): Promise<void> {
    void send(tx, this.cancelling(...keys));
  }

  /** What cancels timers, as a part of a statement of the caller. */
  cancelling(...keys: TimerKey[]): Sql {
    return sql`DELETE FROM events.timer WHERE key = ANY(${keys}::text[])`;
  }

  /** Publishes the events of all timers of the hosted services that are due by `until` (none given: now). */
  async fire(until = this.clock.now()): Promise<void> {
    let fired: number;
    do fired = await this.database.background((tx) => this.fireSome(tx, until));
    while (fired === AT_ONCE);
  }

  private async fireSome(tx: Tx, until: Date): Promise<number> {
    const due = await query<{ service: ServiceName; name: string; payload: object }>(
      tx,
      sql`DELETE FROM events.timer t USING (
            SELECT key FROM events.timer WHERE service = ANY(${this.handlers.hosted}::text[]) AND due_at <= ${until}
             ORDER BY due_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED) due
           WHERE t.key = due.key RETURNING t.service, t.event_name AS name, t.payload`,
    );
    const rows = due.map(({ service, name, payload }) => {
      const eventClass = eventClassOf(name);
      // An event that no longer exists becomes a delivery that nobody handles: it is listed as dead, not lost.
      const { consumers, long = false } = eventClass ? eventOptions(eventClass) : { consumers: [service] };
      return { id: newId(), name, aggregateId: null, aggregateVersion: null, payload, trace: null, consumers, long };
    });
    await this.events.write(tx, rows);
    return due.length;
  }

  private wakeIn(ms: number): void {
    // Others set timers too, so it looks again before the next one it knows of.
    const wait = Math.min(ms, POLL_MS);
    const at = performance.now() + wait;
    if (!this.running || at >= this.wakeAt) return;
    clearTimeout(this.timer);
    this.wakeAt = at;
    this.timer = setTimeout(() => {
      this.wakeAt = Infinity;
      this.firing = this.firing.then(() => this.look());
    }, wait).unref();
  }

  private async look(): Promise<void> {
    let next = POLL_MS;
    try {
      next = await this.msUntilNext();
      if (next <= 0) {
        await this.fire();
        next = await this.msUntilNext();
      }
    } catch (error) {
      this.logger.warn(`timers are not fired, trying again: ${(error as Error).name}`);
    }
    this.wakeIn(Math.max(next, LEAST_MS));
  }

  private async msUntilNext(): Promise<number> {
    const row = await queryOne<{ ms: number }>(
      this.database.connection,
      sql`SELECT coalesce(extract(epoch FROM min(first.due_at) - ${this.clock.now()}::timestamptz) * 1000, 'Infinity')::float8 AS ms
            FROM unnest(${this.handlers.hosted}::text[]) AS s(service)
            CROSS JOIN LATERAL (SELECT due_at FROM events.timer t WHERE t.service = s.service ORDER BY due_at LIMIT 1) first`,
    );
    return row!.ms;
  }
}

function serviceOf(key: TimerKey): string {
  return key.slice(0, key.indexOf('.'));
}
