import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import type { HouseClient } from './client.js';
import type { SilenceWatch } from './silence.js';

/** An open transaction; the explicit first argument of everything that reads or writes. */
export type Tx = EntityManager;

/** Runs at the edges of a transaction; how an Idempotency-Key becomes part of it (libs/http). */
export interface IdempotencyHook {
  before(tx: Tx): Promise<void>;
  after(tx: Tx, result: unknown): Promise<void>;
}

/** Whoever a transaction is opened for. An `Actor` is one. */
export interface Caller {
  once?: IdempotencyHook | undefined;
}

/** What is known of a transaction opened by Database. */
interface Open {
  /** Undefined when it has ended: nothing is asked on its connection any more, which may be another's by now. */
  client: HouseClient | undefined;
  afterwards: (() => void)[];
  found: Map<string, Promise<unknown>>;
}

const opened = new WeakMap<Tx, Open>();

/** The connection of a transaction; undefined where there is none. Throws when the transaction has ended. */
export function clientOf(tx: Tx): HouseClient | undefined {
  const open = opened.get(tx);
  if (open && !open.client) throw new Error('The transaction has ended');
  return open?.client;
}

/** Runs `fn` after `tx` has committed, never when it rolled back. */
export function afterCommit(tx: Tx, fn: () => void): void {
  const open = opened.get(tx);
  if (!open) throw new Error('afterCommit: not a transaction opened by Database');
  open.afterwards.push(fn);
}

/**
 * What `find` answers, asked once in `tx` for each key: for what a use case looks up in several places, and which it does not change itself
 * without `forget`. Outside of a transaction opened by Database it is asked every time.
 */
export function onceIn<T>(tx: Tx, key: string, find: () => Promise<T>): Promise<T> {
  const known = opened.get(tx)?.found;
  if (!known) return find();
  let answer = known.get(key) as Promise<T> | undefined;
  if (!answer) {
    known.set(key, (answer = find()));
    answer.catch(() => known.delete(key));
  }
  return answer;
}

/** Whoever writes what `onceIn` has answered has it asked anew. */
export function forget(tx: Tx): void {
  opened.get(tx)?.found.clear();
}

/** Runs `fn` under a savepoint: when it throws, what it wrote is undone and `tx` can go on. */
export async function inSavepoint<T>(tx: Tx, fn: () => Promise<T>): Promise<T> {
  await tx.query('SAVEPOINT part');
  const open = opened.get(tx);
  const before = open?.afterwards.length ?? 0;
  try {
    const value = await fn();
    // Fails with what was sent, and not waited for, and failed.
    await tx.query('RELEASE SAVEPOINT part');
    return value;
  } catch (error) {
    await tx.query('ROLLBACK TO SAVEPOINT part');
    await tx.query('RELEASE SAVEPOINT part');
    open?.afterwards.splice(before);
    open?.found.clear();
    throw error;
  }
}

/** Lets every statement that follows in `tx` take so many seconds, locks it waits for included. Usual are 10. */
export async function allowSeconds(tx: Tx, seconds: number): Promise<void> {
  // Work in the background stays without a limit.
  await tx.query(
    `SELECT set_config('lock_timeout', $1, TRUE),
            set_config('statement_timeout', CASE current_setting('statement_timeout') WHEN '0' THEN '0' ELSE $1 END, TRUE)`,
    [`${seconds}s`],
  );
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const TRIES = 4;

/** The only opener of transactions. */
@Injectable()
export class Database {
  constructor(
    readonly dataSource: DataSource,
    private readonly watch?: SilenceWatch,
  ) {}

  /**
   * Runs `fn` in one transaction: its result is returned after the commit, an error rolls everything back.
   * Deadlocks and serialization failures are tried again. With `caller.once` (an Idempotency-Key) the first transaction
   * of the request stores its result, so `fn` must return what the request answers.
   */
  async transaction<T>(caller: Caller | null, fn: (tx: Tx) => Promise<T>): Promise<T> {
    const once = caller?.once;
    if (caller && once) caller.once = undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.run(once, fn);
      } catch (error) {
        if (attempt >= TRIES || !isRetryable(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
      }
    }
  }

  /** A transaction of work that nobody waits for, as a worker's: its statements may take as long as they need. */
  async background<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(null, async (tx) => {
      const client = clientOf(tx)!;
      this.watch?.beLenient(client as unknown as PoolClient);
      void client.later('SET LOCAL statement_timeout = 0');
      return fn(tx);
    });
  }

  /** A consistent read of several statements: read only, one snapshot. */
  async read<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await this.open(runner.manager, async () => {
        // One statement, where TypeORM's own way takes three.
        await runner.query('START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
        return fn(runner.manager);
      });
    } finally {
      // Nothing was written: how it ends makes no difference, but that it does.
      await runner.query('COMMIT').catch(() => undefined);
      await runner.release();
    }
  }

  /** For single statements, which need no transaction: each commits by itself. */
  get connection(): Tx {
    return this.dataSource.manager;
  }

  private async run<T>(once: IdempotencyHook | undefined, fn: (tx: Tx) => Promise<T>): Promise<T> {
    const afterwards: (() => void)[] = [];
    const result = await this.dataSource.transaction((tx) =>
      this.open(
        tx,
        async () => {
          await once?.before(tx);
          const value = await fn(tx);
          await once?.after(tx, value);
          return value;
        },
        afterwards,
      ),
    );
    for (const hook of afterwards) hook();
    return result;
  }

  private async open<T>(tx: Tx, fn: () => Promise<T>, afterwards: Open['afterwards'] = []): Promise<T> {
    const client = (await tx.queryRunner!.connect()) as HouseClient;
    const open: Open = { client, afterwards, found: new Map() };
    opened.set(tx, open);
    try {
      return await fn();
    } finally {
      open.client = undefined;
    }
  }
}

function isRetryable(error: unknown): boolean {
  const code = sqlState(error);
  return code === SERIALIZATION_FAILURE || code === DEADLOCK;
}

/** SQLSTATE of a driver error, or undefined. */
export function sqlState(error: unknown): string | undefined {
  const code = driverError(error)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether a write broke this very constraint or unique index, by its name in the database. A table has others, which say something else. */
export function violates(error: unknown, constraint: string): boolean {
  return driverError(error)?.constraint === constraint;
}

function driverError(error: unknown): { code?: unknown; constraint?: unknown } | null | undefined {
  return error instanceof QueryFailedError ? error.driverError : (error as object | null | undefined);
}
