import { afterCommit, query, sql, type Tx } from '#database';

/** Who is told after the commit, by the data source of the transaction. */
const listeners = new WeakMap<object, () => void>();

/** `wake` is called whenever a transaction of this data source that wants a run has committed. */
export function onRunRequested(dataSource: object, wake: () => void): void {
  listeners.set(dataSource, wake);
}

/**
 * Something changed that a run must look at. The request is a row, so that it outlives any process; after the commit a worker is
 * woken, and should that get lost, the next minute's schedule sees the row.
 */
export async function requestRun(tx: Tx): Promise<void> {
  await query(tx, sql`INSERT INTO early_warning.run_wanted DEFAULT VALUES`);
  afterCommit(tx, () => listeners.get(tx.dataSource)?.());
}
