import { query, queryOne, sql, type Tx } from '#database';

/** A batch of the ledger: `seq` is set when it is new, `before` when it was taken already. */
export type Opened = { seq: number } | { before: { sha256: Buffer; n: number; rejected: object[] } };

/** Enters a batch into the ledger. Of two at once with the same key the second waits and finds the first. */
export async function openBatch(tx: Tx, source: string, batchKey: string, sha256: Buffer): Promise<Opened> {
  const row = await queryOne<{ seq: string }>(
    tx,
    sql`INSERT INTO early_warning.ingest_batch (source, batch_key, sha256) VALUES (${source}, ${batchKey}, ${sha256})
        ON CONFLICT DO NOTHING RETURNING seq`,
  );
  if (row) return { seq: Number(row.seq) };
  const before = await queryOne<{ sha256: Buffer; n: number; rejected: object[] }>(
    tx,
    sql`SELECT sha256, n, rejected FROM early_warning.ingest_batch WHERE source = ${source} AND batch_key = ${batchKey}`,
  );
  return { before: before! };
}

/** One observation, ready to be stored. */
export interface Raw {
  metric: number;
  /** YYYY-MM-DD. */
  day: string;
  ordinal: number;
  /** In the metric's smallest unit. */
  value: number;
  /** ISO instant; null when only the day is known. */
  at: string | null;
  key: string | null;
  revision: number;
}

/** Appends a batch's observations, marks their days for folding and asks for a run. */
export async function writeObservations(
  tx: Tx,
  seq: number,
  rows: readonly Raw[],
  rejected: readonly object[] = [],
): Promise<void> {
  const days = rows.map((row) => row.day).sort();
  const metrics = [...new Set(rows.map((row) => row.metric))];
  await query(
    tx,
    sql`UPDATE early_warning.ingest_batch SET n = ${rows.length}, rejected = ${JSON.stringify(rejected)}::jsonb, metrics = ${metrics}::smallint[],
               first_day = ${days[0] ?? null}, last_day = ${days.at(-1) ?? null} WHERE seq = ${seq}`,
  );
  if (rows.length === 0) return;
  await query(
    tx,
    sql`INSERT INTO early_warning.observation (metric, day, ordinal, value, at, key, revision, batch_seq)
        SELECT metric, day, ordinal, value, coalesce(at, day), key, revision, ${seq}
          FROM unnest(${rows.map((r) => r.metric)}::smallint[], ${rows.map((r) => r.day)}::date[], ${rows.map((r) => r.ordinal)}::int[],
               ${rows.map((r) => r.value)}::int[], ${rows.map((r) => r.at)}::timestamptz[], ${rows.map((r) => r.key)}::uuid[],
               ${rows.map((r) => r.revision)}::bigint[]) WITH ORDINALITY AS r(metric, day, ordinal, value, at, key, revision, i)
         ORDER BY i`,
  );
  const dirty = [...new Set(rows.map((row) => `${row.metric} ${row.day}`))].map((pair) => pair.split(' '));
  await query(
    tx,
    sql`INSERT INTO early_warning.dirty_day (metric, day)
        SELECT * FROM unnest(${dirty.map(([metric]) => Number(metric))}::smallint[], ${dirty.map(([, day]) => day)}::date[])`,
  );
  await wantRun(tx);
}

/** Something changed that a run must look at; the next minute's schedule sees it. */
export async function wantRun(tx: Tx): Promise<void> {
  await query(tx, sql`INSERT INTO early_warning.run_wanted DEFAULT VALUES`);
}
