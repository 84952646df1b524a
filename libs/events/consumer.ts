import { Injectable, Logger } from '@nestjs/common';
import { Config } from '#config';
import { type ServiceName } from '#contracts';
import { Database, inSavepoint, query, queryOne, type Sql, sql, sqlState, type Tx } from '#database';
import { DEAD_PREFIX, DeadDeliveries } from './dead.js';
import { dropDelivery } from './deliveries.js';
import { grouped } from './grouped.js';
import { Handlers } from './handlers.js';
import { SCHEDULE_PREFIX, Schedules } from './schedules.js';
import type { DeliveryJob } from './queues.js';
import { openAmong, received, STORED_EVENT, type StoredEvent } from './stored-event.js';
import { Together } from './together.js';
import { Turns } from './turns.js';

/** Tries before a delivery is dead. */
export const MAX_ATTEMPTS = 8;
/** Transactions under way for a service, and long events, in a process; deliveries that one of the former handles. */
const AT_ONCE = 1;
const LONG_AT_ONCE = 4;
const MOST_TOGETHER = 100;

interface DeliveryRow extends StoredEvent {
  deliveryId: string;
  attempts: number;
  predecessors: string[] | null;
}

// `predecessors`: earlier deliveries of the same aggregate that are not handled yet.
const COLUMNS = sql`d.id AS "deliveryId", d.attempts,
  CASE WHEN d.aggregate_id IS NOT NULL THEN
    (SELECT array_agg(p.id::text) FROM events.delivery p
      WHERE p.consumer = d.consumer AND p.aggregate_id = d.aggregate_id AND p.id < d.id AND p.handled_at IS NULL) END AS predecessors,
  ${STORED_EVENT}`;

class BatchFailed extends Error {}

/** What a handler throws when nobody wants its effect any more: it is not tried again, and `@OnDead` follows. */
export class Unwanted extends Error {}

/** What was prepared for the one event that is handled; throws what the preparation failed with. */
type Prepared = () => unknown;
const NOTHING: Prepared = () => undefined;

/** Turns dispatched deliveries into effects: exactly one per delivery, in one transaction with its mark of being handled. */
@Injectable()
export class Consumer {
  private readonly logger = new Logger('Consumer');

  /**
   * A handler may need a second connection beside that of its transaction, as for progress that is seen at once. One is always left
   * for it: when all were held by handlers that wait for another, none would go on.
   */
  private readonly turns: Turns;
  private readonly services = new Map<ServiceName, { together: Together<string>; long: Turns }>();
  private readonly keepEveryMs: number;

  constructor(
    config: Config,
    private readonly database: Database,
    private readonly handlers: Handlers,
    private readonly schedules: Schedules,
    private readonly dead: DeadDeliveries,
  ) {
    this.turns = new Turns(config.poolSize - 1);
    this.keepEveryMs = (config.redeliverAfterSeconds * 1_000) / 3;
  }

  /**
   * Handles what of `ids` is not handled yet; of a `long` event there is one, and what it has to prepare comes first. A failing event neither stops nor undoes the others of its batch.
   * Jobs that come while others of the service are being handled are handled together. `begunBefore`: the process that had the job before
   * has ended in the midst of it.
   */
  async handle(service: ServiceName, job: DeliveryJob, begunBefore = false): Promise<void> {
    const alone = (): Promise<void> => this.turns.take(() => this.handleInTurn(service, job, begunBefore));
    const { together, long } = this.ofService(service);
    if (job.long) return long.take(alone);
    return begunBefore ? alone() : together.do(job.ids);
  }

  private ofService(service: ServiceName): { together: Together<string>; long: Turns } {
    let its = this.services.get(service);
    if (!its) {
      const handle = (ids: string[]): Promise<void> =>
        this.turns.take(() => this.handleInTurn(service, { ids }, false));
      its = { together: new Together(handle, AT_ONCE, MOST_TOGETHER), long: new Turns(LONG_AT_ONCE) };
      this.services.set(service, its);
    }
    return its;
  }

  private async handleInTurn(
    service: ServiceName,
    { ids, long = false }: DeliveryJob,
    begunBefore: boolean,
  ): Promise<void> {
    if (begunBefore) {
      await query(
        this.database.connection,
        sql`UPDATE events.delivery SET redelivered = true WHERE id IN (SELECT w.id FROM (${this.waiting(service, ids, false)}) w)`,
      );
    }
    const taken = await this.attempt(service, ids, false, long);
    if (taken < ids.length) await this.attemptAgain(service, ids, long);
  }

  /**
   * Those that were not handled in time, perhaps because a handler ends the process: each try is counted before it begins, so that such
   * a one is dead some day. The first such try is made together, for most have only waited long; the next ones one by one.
   */
  private async attemptAgain(service: ServiceName, ids: string[], long: boolean): Promise<void> {
    const rows = await query<{ id: string; attempts: number }>(
      this.database.connection,
      sql`SELECT id, attempts FROM events.delivery
           WHERE ${openAmong(ids)} AND consumer = ${service} AND redelivered ORDER BY id`,
    );
    const together = rows.filter(({ attempts }) => attempts === 0).map(({ id }) => id);
    if (together.length > 0) await this.attempt(service, await this.count(service, together, 1), true, long);
    for (const { id, attempts } of rows.filter((row) => row.attempts > 0)) {
      if (attempts >= MAX_ATTEMPTS) await this.bury(service, id);
      else await this.attempt(service, await this.count(service, [id], attempts + 1), true, long);
    }
  }

  /** Counts a try that is about to begin; should it end the process, the next one waits its time. */
  private async count(service: ServiceName, ids: string[], attempts: number): Promise<string[]> {
    const rows = await query<{ id: string }>(
      this.database.connection,
      sql`UPDATE events.delivery SET attempts = ${attempts}, due_at = now() + make_interval(secs => ${backoffSeconds(attempts)})
           WHERE id IN (SELECT w.id FROM (${this.waiting(service, ids, true)}) w) RETURNING id`,
    );
    return rows.map(({ id }) => id);
  }

  /** Each of its tries has ended the process. */
  private async bury(service: ServiceName, id: string): Promise<void> {
    await this.database.background(async (tx) => {
      const event = await queryOne<{ id: string; name: string }>(
        tx,
        sql`UPDATE events.delivery d SET dead_at = now(), last_problem = 'the process ended in the midst of it'
              FROM (${this.waiting(service, [id], true)}) w JOIN events.event e ON e.id = w.event_id
             WHERE d.id = w.id RETURNING e.id, e.name`,
      );
      if (!event) return;
      this.logger.error(`${service}: ${event.name} ${event.id} has ended the process ${MAX_ATTEMPTS} times`);
      await this.dead.report(tx, service, event);
    });
  }

  /** One try of those of `ids` that are, or are not, redelivered ones, whose try is then counted already. Returns how many were taken. */
  private async attempt(service: ServiceName, ids: string[], redelivered: boolean, long: boolean): Promise<number> {
    const prepared = long ? await this.prepare(service, ids, redelivered) : NOTHING;
    try {
      return await this.database.background((tx) => this.runTogether(tx, service, ids, redelivered, prepared));
    } catch (error) {
      // What a handler sent and did not wait for fails at the COMMIT.
      if (!(error instanceof BatchFailed) && sqlState(error) === undefined) throw error;
      return this.database.background((tx) => this.runOneByOne(tx, service, ids, redelivered, prepared));
    }
  }

  /** Runs what the event has marked by `@Prepare`; that it fails, its handler is told. No row is locked meanwhile. */
  private async prepare(service: ServiceName, ids: string[], redelivered: boolean): Promise<Prepared> {
    const event = await queryOne<StoredEvent>(
      this.database.connection,
      sql`SELECT ${STORED_EVENT} FROM (${this.waiting(service, ids, redelivered)}) w JOIN events.event e ON e.id = w.event_id`,
    );
    const preparation = event && this.handlers.preparationOf(service, event.name);
    if (!preparation) return NOTHING;
    // Else it would be taken for lost.
    const alive = setInterval(() => void this.keep(ids), this.keepEveryMs).unref();
    try {
      const value = await preparation.prepare(received(preparation.eventClass, event));
      return () => value;
    } catch (error) {
      return () => {
        throw error;
      };
    } finally {
      clearInterval(alive);
    }
  }

  private async keep(ids: string[]): Promise<void> {
    await query(
      this.database.connection,
      sql`UPDATE events.delivery SET dispatched_at = now() WHERE id = ANY(${ids}::bigint[]) AND handled_at IS NULL AND dispatched_at IS NOT NULL`,
    ).catch(() => undefined);
  }

  /**
   * The usual way: all are marked handled, then take effect. One that fails, or that must wait, undoes the whole batch, which is
   * then run one by one. The commit need not wait for the disk: mark and effects are lost together, and are then delivered again.
   */
  private async runTogether(
    tx: Tx,
    service: ServiceName,
    ids: string[],
    redelivered: boolean,
    prepared: Prepared,
  ): Promise<number> {
    const rows = await query<DeliveryRow>(
      tx,
      sql`UPDATE events.delivery d SET handled_at = now(), attempts = d.attempts + ${redelivered ? 0 : 1}
            FROM (${this.waiting(service, ids, redelivered)}) w JOIN events.event e ON e.id = w.event_id
           WHERE d.id = w.id
          RETURNING ${COLUMNS}, set_config('synchronous_commit', 'off', true)`,
    );
    const taken = new Set(rows.map((row) => row.deliveryId));
    if (rows.some((row) => row.predecessors?.some((id) => !taken.has(id)))) throw new BatchFailed();
    rows.sort((a, b) => Number(a.deliveryId) - Number(b.deliveryId));
    for (const group of grouped(rows, ({ name }) => this.handlers.takerOf(service, name)))
      await this.dispatch(tx, service, group, prepared).catch(() => {
        throw new BatchFailed();
      });
    return rows.length;
  }

  /** Each event under a savepoint of its own. */
  private async runOneByOne(
    tx: Tx,
    service: ServiceName,
    ids: string[],
    redelivered: boolean,
    prepared: Prepared,
  ): Promise<number> {
    const rows = await query<DeliveryRow>(
      tx,
      sql`SELECT ${COLUMNS} FROM (${this.waiting(service, ids, redelivered)}) w
            JOIN events.delivery d ON d.id = w.id JOIN events.event e ON e.id = w.event_id
           ORDER BY d.id`,
    );
    const handled = new Set<string>();
    const blocked: string[] = [];
    for (const row of rows) {
      if (!redelivered) row.attempts++;
      // Events of one aggregate take effect in their order: whatever waits for an earlier one is put back.
      if (row.predecessors?.some((id) => !handled.has(id))) {
        blocked.push(row.deliveryId);
        continue;
      }
      try {
        await inSavepoint(tx, () => this.dispatch(tx, service, [row], prepared));
        handled.add(row.deliveryId);
      } catch (error) {
        await this.fail(tx, service, row, error);
      }
    }
    if (handled.size > 0) {
      await query(
        tx,
        sql`UPDATE events.delivery SET handled_at = now(), attempts = attempts + ${redelivered ? 0 : 1} WHERE id = ANY(${[...handled]}::bigint[])`,
      );
    }
    if (blocked.length > 0) await requeue(tx, blocked);
    return rows.length;
  }

  /**
   * Those of `ids` that nobody has handled or is handling right now, locked. One by one: a plan that was made while the table was still
   * small would go on to read all of it.
   */
  private waiting(service: ServiceName, ids: string[], redelivered: boolean): Sql {
    const sorted = [...ids].sort((a, b) => Number(a) - Number(b));
    return sql`SELECT w.id, w.event_id FROM unnest(${sorted}::bigint[]) AS given(id) CROSS JOIN LATERAL (
                 SELECT id, event_id FROM events.delivery
                  WHERE id = given.id AND coalesce(handled_at, dead_at) IS NULL AND consumer = ${service} AND redelivered = ${redelivered}
                    FOR UPDATE SKIP LOCKED) w`;
  }

  /** `rows`: one, or those that its handler takes together. */
  private async dispatch(tx: Tx, service: ServiceName, rows: DeliveryRow[], prepared: Prepared): Promise<void> {
    const { name, payload } = rows[0]!;
    if (name.startsWith(SCHEDULE_PREFIX)) return this.schedules.handle(tx, name, payload);
    if (name.startsWith(DEAD_PREFIX)) return this.dead.handle(tx, service, payload);
    const events = rows.map((row) => received(this.handlers.of(service, row.name).eventClass, row));
    await this.handlers.of(service, name).handle(tx, events, prepared());
  }

  /** `row.attempts`: this try included. */
  private async fail(tx: Tx, service: ServiceName, row: DeliveryRow, error: unknown): Promise<void> {
    const { attempts } = row;
    if (error instanceof Unwanted) return dropDelivery(tx, this.dead, service, row, attempts);
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
             SET attempts = ${attempts}, last_problem = ${problem}, dispatched_at = NULL, redelivered = false,
                 dead_at = CASE WHEN ${dead} THEN now() END, due_at = now() + make_interval(secs => ${backoffSeconds(attempts)})
           WHERE id = ${row.deliveryId}`,
    );
    if (dead) await this.dead.report(tx, service, row);
  }
}

/** Waits for the earlier deliveries of its aggregate: shortly, or until a dead one is replayed or discarded. */
async function requeue(tx: Tx, ids: string[]): Promise<void> {
  await query(
    tx,
    sql`UPDATE events.delivery d SET dispatched_at = NULL, redelivered = false,
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
