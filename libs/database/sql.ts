import { type Sql } from 'sql-template-tag';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { type DataSource, QueryFailedError } from 'typeorm';
import { clientOf, type Tx } from './transaction.js';

export { default as sql, empty, join, raw, type Sql } from 'sql-template-tag';

/** Runs a tagged SQL template (values are always bound, fragments nest) and answers its rows. */
export async function query<T = Record<string, unknown>>(tx: Tx, statement: Sql): Promise<T[]> {
  return (await run(tx, statement)).rows as T[];
}

/** The same, and answers how many rows it changed. */
export async function change(tx: Tx, statement: Sql): Promise<number> {
  return (await run(tx, statement)).rowCount ?? 0;
}

/**
 * Writes what the use case reads nothing of, and need not wait for: `void send(tx, …)`. It reaches PostgreSQL with what is asked next, at
 * the latest with the COMMIT. Its failure is that of whatever comes next; so not for what may break a constraint that a problem is made of.
 * What it returns, `afterCommit` may read.
 */
export function send<T>(tx: Tx, { text, values }: Sql): Promise<T[]> {
  // Thrown at once where the transaction has ended: of a promise that nobody waits for the process would die.
  const client = clientOf(tx);
  if (!client) throw new Error('send: not a transaction opened by Database');
  return client.later(text, values).then(({ rows }) => rows as T[]);
}

/** The connection of a transaction for a COPY: nothing is under way on it. */
export async function copyConnection(tx: Tx): Promise<PoolClient> {
  const client = clientOf(tx);
  if (!client) throw new Error('COPY needs a transaction');
  await client.query('SELECT');
  return client as unknown as PoolClient;
}

/** The pool of a data source, which TypeORM keeps to itself. */
export function poolOf({ driver }: DataSource): Pool {
  return (driver as unknown as { master: Pool }).master;
}

async function run(tx: Tx, { text, values }: Sql): Promise<Pick<QueryResult<object>, 'rows' | 'rowCount'>> {
  const client = clientOf(tx);
  if (!client) return runAlone(tx, text, values);
  try {
    return await client.query<object>(text, values);
  } catch (error) {
    throw new QueryFailedError(text, values, error as Error);
  }
}

/** PostgreSQL says so before it ends the connection, which must not be lent out once more in between. */
const ENDED = /^57P/;

/** Where there is no transaction of Database: on a connection from the pool, without TypeORM's runner and manager for one statement; or on that of a runner. */
async function runAlone(tx: Tx, text: string, values: unknown[]): ReturnType<typeof run> {
  if (tx.queryRunner) {
    const { records, affected } = await tx.queryRunner.query(text, values, true);
    return { rows: records as object[], rowCount: affected ?? null };
  }
  const client = await poolOf(tx.dataSource).connect();
  let lost = false;
  try {
    return await client.query<object>(text, values);
  } catch (error) {
    lost = ENDED.test((error as { code?: string }).code ?? '');
    throw new QueryFailedError(text, values, error as Error);
  } finally {
    client.release(lost);
  }
}

/** The first row, or undefined. */
export async function queryOne<T = Record<string, unknown>>(tx: Tx, statement: Sql): Promise<T | undefined> {
  return (await query<T>(tx, statement))[0];
}
