import { allowSeconds, query, queryOne, sql, type Tx } from '#database';

/** Key of the advisory lock that makes runs come one after the other. */
const RUN_LOCK = 918_273_650;

/** Waits for the run that goes on, if one does, and keeps others off until the transaction ends. */
export async function lockRuns(tx: Tx): Promise<void> {
  // A run of a large school takes seconds, more than others should wait for a row.
  await allowSeconds(tx, 60);
  await query(tx, sql`SELECT pg_advisory_xact_lock(${RUN_LOCK})`);
}

/** The same where no run goes on; answers whether that is so. */
export async function lockRunsIfFree(tx: Tx): Promise<boolean> {
  const free = await queryOne<{ free: boolean }>(tx, sql`SELECT pg_try_advisory_xact_lock(${RUN_LOCK}) AS free`);
  return free!.free;
}
