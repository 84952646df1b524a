import { query, sql } from '#database';
import type { TestApp } from './app.js';

/** What `work` gives, and how many transactions were open from before it began until after it ended. */
export async function openDuring<T>(test: TestApp, work: () => Promise<T>): Promise<{ result: T; open: number }> {
  const before = await idle(test);
  const result = await work();
  const after = new Set(await idle(test));
  return { result, open: before.filter((one) => after.has(one)).length };
}

async function idle(test: TestApp): Promise<string[]> {
  const rows = await query<{ one: string }>(
    test.tx,
    sql`SELECT pid || ' ' || xact_start AS one FROM pg_stat_activity
         WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
  );
  return rows.map(({ one }) => one);
}
