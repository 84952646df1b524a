import { Injectable, Logger } from '@nestjs/common';
import { type ServiceName } from '#contracts';
import { Database, query, type Sql, sql, sqlState, type Tx } from '#database';
import { Handlers, type Received } from './handlers.js';
import { eventOf, invalidPart } from './payload.js';
import { SCHEDULE_PREFIX, Schedules } from './schedules.js';

/** Tries before a delivery is dead. */
export const MAX_ATTEMPTS = 8;

/** An event as it is stored. */
export interface EventRow {
  id: string;
  name: string;
  aggregateId: string | null;
  aggregateVersion: number | null;
  payload: object;
  trace: string | null;
  occurredAt: Date;
}

interface DeliveryRow extends EventRow {
  deliveryId: string;
  attempts: number;
  predecessors: string[] | null;
}

// `predecessors`: earlier deliveries of the same aggregate that are not handled yet.
const COLUMNS = sql`d.id AS "deliveryId", d.attempts,
  CASE WHEN d.aggregate_id IS NOT NULL THEN
    (SELECT array_agg(p.id::text) FROM events.delivery p
      WHERE p.consumer = d.consumer AND p.aggregate_id = d.aggregate_id AND p.id < d.id AND p.handled_at IS NULL) END AS predecessors,
  e.id, e.name, e.aggregate_id AS "aggregateId", e.aggregate_version AS "aggregateVersion", e.payload, e.trace,
  e.occurred_at AS "occurredAt"`;

class BatchFailed extends Error {}

/** Turns dispatched deliveries into effects: exactly one per delivery, in one transaction with its mark of being handled. */
@Injectable()
export class Consumer {
  private readonly logger = new Logger('Consumer');

  constructor(
    private readonly database: Database,
    private readonly handlers: Handlers,
    private readonly schedules: Schedules,
  ) {}

  /** Handles what of `ids` is not handled yet. A failing event neither stops nor undoes the others of its batch. */
  async handle(service: ServiceName, ids: string[]): Promise<void> {
    try {
      await this.database.background((tx) => this.runTogether(tx, service, ids));
    } catch (error) {
      if (!(error instanceof BatchFailed)) throw error;
      await this.database.background((tx) => this.runOneByOne(tx, service, ids));
    }
  }

  /**
   * The usual way: all are marked handled, then take effect. One that fails, or that must wait, undoes the whole batch, which is
   * then run one by one. The commit need not wait for the disk: mark and effects are lost together, and are then delivered again.
   */
  private async runTogether(tx: Tx, service: ServiceName, ids: string[]): Promise<void> {
    const rows = await query<DeliveryRow>(
      tx,
      sql`UPDATE events.delivery d SET handled_at = now(), attempts = d.attempts + 1
            FROM (${this.waiting(service, ids)}) w JOIN events.event e ON e.id = w.event_id
           WHERE d.id = w.id
          RETURNING ${COLUMNS}, set_config('synchronous_commit', 'off', true)`,
    );
    const taken = new Set(rows.map((row) => row.deliveryId));
    for (const row of rows.sort((a, b) => Number(a.deliveryId) - Number(b.deliveryId))) {
      if (row.predecessors?.some((id) => !taken.has(id))) throw new BatchFailed();
      await this.dispatch(tx, service, row).catch(() => {
        throw new BatchFailed();
      });
    }
  }

  /** Each event under a savepoint of its own. */
  private async runOneByOne(tx: Tx, service: ServiceName, ids: string[]): Promise<void> {
    const rows = await query<DeliveryRow>(
      tx,
      sql`SELECT ${COLUMNS} FROM (${this.waiting(service, ids)}) w JOIN events.delivery d ON d.id = w.id JOIN events.event e ON e.id = w.event_id
           ORDER BY d.id`,
    );
    const handled = new Set<string>();
    const blocked: string[] = [];
    for (const row of rows) {
      // Events of one aggregate take effect in their order: whatever waits for an earlier one is put back.
      if (row.predecessors?.some((id) => !handled.has(id))) {
        blocked.push(row.deliveryId);
        continue;
      }
      await tx.query('SAVEPOINT delivery');
      try {
        await this.dispatch(tx, service, row);
        await tx.query('RELEASE SAVEPOINT delivery');
        handled.add(row.deliveryId);
      } catch (error) {
        await tx.query('ROLLBACK TO SAVEPOINT delivery');
        await this.fail(tx, service, row, error);
      }
    }
    if (handled.size > 0) {
      await query(
        tx,
        sql`UPDATE events.delivery SET handled_at = now(), attempts = attempts + 1 WHERE id = ANY(${[...handled]}::bigint[])`,
      );
    }
    if (blocked.length > 0) await putBack(tx, blocked);
  }

  /** Those of `ids` that nobody has handled or is handling right now, locked. */
  private waiting(service: ServiceName, ids: string[]): Sql {
    return sql`SELECT id, event_id FROM events.delivery
                WHERE id = ANY(${ids}::bigint[]) AND consumer = ${service} AND handled_at IS NULL AND dead_at IS NULL
                ORDER BY id FOR UPDATE SKIP LOCKED`;
  }

  private async dispatch(tx: Tx, service: ServiceName, row: DeliveryRow): Promise<void> {
    if (row.name.startsWith(SCHEDULE_PREFIX)) return this.schedules.handle(tx, row.name, row.payload);
    const handler = this.handlers.handlerOf(service, row.name);
    if (!handler) throw new Error(`no handler for ${row.name}`);
    await run(tx, handler, row);
  }

  /** Tells whoever waits for the effect of a delivery that there will be none; should that fail, the delivery is dead all the same. */
  async giveUp(tx: Tx, service: ServiceName, row: EventRow): Promise<void> {
    const handler = this.handlers.deadHandlerOf(service, row.name);
    if (!handler) return;
    await tx.query('SAVEPOINT dead');
    try {
      await run(tx, handler, row);
      await tx.query('RELEASE SAVEPOINT dead');
    } catch (error) {
      await tx.query('ROLLBACK TO SAVEPOINT dead');
      this.logger.error(`${service}: what follows a dead ${row.name} ${row.id} failed: ${describe(error)}`);
    }
  }

  private async fail(tx: Tx, service: ServiceName, row: DeliveryRow, error: unknown): Promise<void> {
    const attempts = row.attempts + 1;
    const dead = attempts >= MAX_ATTEMPTS;
    const problem = describe(error);
    const level = dead ? 'error' : 'warn';
    this.logger[level](
      `${service}: ${row.name} ${row.id} failed (try ${attempts} of ${MAX_ATTEMPTS}): ${problem}`,
      (error as Error).stack?.split('\n').slice(1, 6).join('\n'),
    );
    await query(
      tx,
      sql`UPDATE events.delivery
             SET attempts = ${attempts}, last_problem = ${problem}, dispatched_at = NULL,
                 dead_at = CASE WHEN ${dead} THEN now() END, due_at = now() + make_interval(secs => ${backoffSeconds(attempts)})
           WHERE id = ${row.deliveryId}`,
    );
    if (dead) await this.giveUp(tx, service, row);
  }
}

/** Checks the payload against the event's class and runs a handler with it. */
async function run(
  tx: Tx,
  { eventClass, handle }: NonNullable<ReturnType<Handlers['handlerOf']>>,
  { id, name, occurredAt, aggregateId, aggregateVersion, trace, payload }: EventRow,
): Promise<void> {
  const invalid = invalidPart(eventClass, payload);
  if (invalid) throw new Error(`invalid payload at ${invalid}`);
  const event = { id, name, occurredAt, aggregateId, aggregateVersion, trace };
  await handle(tx, { ...event, data: eventOf(eventClass, payload) } satisfies Received<object>);
}

/** Waits for the earlier deliveries of its aggregate: shortly, or until a dead one is replayed or discarded. */
async function putBack(tx: Tx, ids: string[]): Promise<void> {
  await query(
    tx,
    sql`UPDATE events.delivery d SET dispatched_at = NULL,
               due_at = CASE WHEN EXISTS (
                 SELECT 1 FROM events.delivery p WHERE p.consumer = d.consumer AND p.aggregate_id = d.aggregate_id AND p.id < d.id
                    AND p.handled_at IS NULL AND p.dead_at IS NOT NULL) THEN 'infinity'::timestamptz ELSE now() + interval '300 milliseconds' END
         WHERE id = ANY(${ids}::bigint[])`,
  );
}

/** 1 s, 4 s, 16 s … at most an hour, with a third of jitter. */
function backoffSeconds(attempts: number): number {
  return Math.min(4 ** (attempts - 1), 3_600) * (0.83 + Math.random() * 0.34);
}

/** Names the failure without its message: messages may carry personal data. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  const state = sqlState(error);
  const code = (error as { code?: unknown }).code;
  if (state) return `${error.name} SQLSTATE ${state}`;
  if (error.constructor === Error) return error.message.slice(0, 200);
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}
