import { query, queryOne, sql, type Tx } from '#database';
import { dateOfDay } from '../kernel/days.js';
import type { Fold } from '../metrics/metric.entity.js';
import { blocksOf, type DayVector, fold } from './fold.js';

/** (metric, day) pairs folded by one statement. */
const CHUNK = 200;

/** Holds until the transaction ends: vectors change one transaction at a time, so that `hwm` never goes back. */
export async function lockVectors(tx: Tx): Promise<void> {
  // A run of a large school holds the lock for seconds, more than others should wait for a row.
  await query(tx, sql`SELECT set_config('lock_timeout', '60s', TRUE)`);
  await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('early-warning vectors'))`);
}

/** The next high-water mark; only under the lock. */
export async function nextHwm(tx: Tx): Promise<number> {
  const row = await queryOne<{ hwm: string }>(tx, sql`SELECT nextval('early_warning.vector_hwm') AS hwm`);
  return Number(row!.hwm);
}

/** Whether committed observations wait to be folded. */
export async function anyDirty(tx: Tx): Promise<boolean> {
  const row = await queryOne<{ dirty: boolean }>(
    tx,
    sql`SELECT EXISTS (SELECT 1 FROM early_warning.dirty_day) AS dirty`,
  );
  return row!.dirty;
}

/** Brings the vectors of all dirty days up to date with the observations; answers how many vectors were written. */
export async function foldDirty(tx: Tx): Promise<number> {
  await lockVectors(tx);
  const dirty = await query<{ metric: number; day: string }>(
    tx,
    sql`WITH taken AS (DELETE FROM early_warning.dirty_day RETURNING metric, day)
        SELECT DISTINCT metric, day::text AS day FROM taken ORDER BY metric, day`,
  );
  return foldDays(tx, dirty);
}

/** Makes every vector anew from the observations; must change nothing. */
export async function rebuildVectors(tx: Tx): Promise<number> {
  await lockVectors(tx);
  const days = await query<{ metric: number; day: string }>(
    tx,
    sql`SELECT DISTINCT metric, day::text AS day FROM early_warning.observation ORDER BY metric, day`,
  );
  await query(tx, sql`DELETE FROM early_warning.day_vector`);
  return foldDays(tx, days);
}

async function foldDays(tx: Tx, days: { metric: number; day: string }[]): Promise<number> {
  if (days.length === 0) return 0;
  const hwm = await nextHwm(tx);
  let written = 0;
  for (let i = 0; i < days.length; i += CHUNK) written += await foldChunk(tx, days.slice(i, i + CHUNK), hwm);
  return written;
}

interface Entries {
  metric: number;
  day: number;
  fold: Fold;
  /** int32 big-endian pairs (ordinal, value) in the order of observation. */
  entries: Buffer;
}

async function foldChunk(tx: Tx, days: { metric: number; day: string }[], hwm: number): Promise<number> {
  const rows = await query<Entries>(
    tx,
    sql`WITH wanted AS (
          SELECT * FROM unnest(${days.map((d) => d.metric)}::smallint[], ${days.map((d) => d.day)}::date[]) AS w(metric, day)
        ), live AS (
          SELECT o.metric, o.day, o.ordinal, o.value, o.at, o.id
            FROM early_warning.observation o JOIN wanted w USING (metric, day) WHERE o.key IS NULL
          UNION ALL
          (SELECT DISTINCT ON (o.metric, o.day, o.ordinal, o.key) o.metric, o.day, o.ordinal, o.value, o.at, o.id
             FROM early_warning.observation o JOIN wanted w USING (metric, day) WHERE o.key IS NOT NULL
            ORDER BY o.metric, o.day, o.ordinal, o.key, o.revision DESC, o.id DESC)
        )
        SELECT l.metric, l.day - DATE '1970-01-01' AS day, m.fold,
               string_agg(int4send(l.ordinal) || int4send(l.value), ''::bytea ORDER BY l.at, l.id) AS entries
          FROM live l JOIN early_warning.metric m ON m.number = l.metric GROUP BY l.metric, l.day, m.fold`,
  );
  const pieces = rows.flatMap((row) => {
    const vector = foldEntries(row.fold, row.entries);
    return vector ? blocksOf(vector).map((piece) => ({ metric: row.metric, day: dateOfDay(row.day), ...piece })) : [];
  });
  await query(
    tx,
    sql`INSERT INTO early_warning.day_vector (metric, day, block, hwm, n, first, v)
        SELECT p.metric, p.day, p.block, ${hwm}, p.n, p.first, p.v
          FROM unnest(${pieces.map((p) => p.metric)}::smallint[], ${pieces.map((p) => p.day)}::date[], ${pieces.map((p) => p.block)}::smallint[],
               ${pieces.map((p) => p.n)}::int[], ${pieces.map((p) => p.first)}::int[], ${pieces.map((p) => bytesOf(p.values))}::bytea[])
               AS p(metric, day, block, n, first, v)
        ON CONFLICT (metric, day, block) DO UPDATE SET hwm = excluded.hwm, n = excluded.n, first = excluded.first, v = excluded.v`,
  );
  return pieces.length;
}

function foldEntries(kind: Fold, entries: Buffer): DayVector | undefined {
  const n = entries.length / 8;
  const ordinals = new Int32Array(n);
  const values = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    ordinals[i] = entries.readInt32BE(8 * i);
    values[i] = entries.readInt32BE(8 * i + 4);
  }
  return fold(kind, ordinals, values);
}

/** The bytes as they lie in memory: little-endian on every machine Node runs on. */
function bytesOf(values: Int32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
