import { allowSeconds, query, queryOne, sql, type Tx } from '#database';
import { dateOfDay } from '#rule-language';
import type { Fold } from '../metrics/metric.entity.js';
import { type Packed, takeBatches } from './batches.js';
import { copyBinary } from './copy-binary.js';
import { addToVector, BLOCK, blocksOf, fold, trimmed } from './fold.js';
import { keyOf, readVectors, rememberVectors, type VectorKey, type VectorRow, writeVectors } from './vector-rows.js';

/** (metric, day) pairs rebuilt by one statement. */
const CHUNK = 32;
/** Vectors read, changed and written at a time: 6 MB when their blocks are full. */
const AT_A_TIME = 24;

const VECTORS_LOCK = sql`hashtext('early-warning vectors')`;

/** Holds until the transaction ends: vectors change one transaction at a time, so that `hwm` never goes back. */
export async function lockVectors(tx: Tx): Promise<void> {
  // A run of a large school holds the lock for seconds, more than others should wait for a row.
  await allowSeconds(tx, 60);
  await query(tx, sql`SELECT pg_advisory_xact_lock(${VECTORS_LOCK})`);
}

/** The next high-water mark; only under the lock. */
export async function nextHwm(tx: Tx): Promise<number> {
  const row = await queryOne<{ hwm: string }>(tx, sql`SELECT nextval('early_warning.vector_hwm') AS hwm`);
  return Number(row!.hwm);
}

/** A metric's day. */
export interface MetricDay {
  metric: number;
  /** YYYY-MM-DD. */
  day: string;
}

/** Whether committed observations wait to be folded. */
export async function anyDirty(tx: Tx): Promise<boolean> {
  const row = await queryOne<{ dirty: boolean }>(
    tx,
    sql`SELECT EXISTS (SELECT 1 FROM early_warning.unfolded_batch) OR EXISTS (SELECT 1 FROM early_warning.dirty_day) AS dirty`,
  );
  return row!.dirty;
}

/** Days whose vectors cannot be brought up to date by adding: corrected and withdrawn records, and every change of a fold `last`. */
export async function needsRebuild(tx: Tx): Promise<MetricDay[]> {
  return query(tx, sql`SELECT DISTINCT metric, day::text AS day FROM early_warning.dirty_day ORDER BY day, metric`);
}

/**
 * Brings the vectors up to date with the observations committed by now, each batch once: additions are added, what is beyond
 * addition is rebuilt. Returns how many vectors were written.
 */
export async function foldDirty(tx: Tx): Promise<number> {
  await lockVectors(tx);
  // In this order: a batch that commits in between is added here and has its days rebuilt next time. The other way round its days
  // would be rebuilt without it, and then forgotten.
  const days = await takeDirtyDays(tx);
  const batches = await takeBatches(tx);
  if (days.length === 0 && batches.length === 0) return 0;
  const hwm = await nextHwm(tx);
  await noteCorrected(tx, days, hwm);
  const folds = await foldsOf(tx);
  const rebuilt = await rebuildDays(tx, days, folds, hwm);
  return (
    rebuilt + (await addBatches(tx, batches, new Set(days.map(({ metric, day }) => `${metric} ${day}`)), folds, hwm))
  );
}

/** The same, unless nothing waits or somebody is at it. */
export async function foldIfFree(tx: Tx): Promise<void> {
  if (!(await anyDirty(tx))) return;
  const row = await queryOne<{ free: boolean }>(tx, sql`SELECT pg_try_advisory_xact_lock(${VECTORS_LOCK}) AS free`);
  if (row!.free) await foldDirty(tx);
}

/** Makes every vector of which the observations are kept anew from them; must change nothing. */
export async function rebuildVectors(tx: Tx): Promise<number> {
  await lockVectors(tx);
  await takeDirtyDays(tx);
  await takeBatches(tx);
  const days = await query<MetricDay>(
    tx,
    sql`WITH kept AS (
          SELECT metric, day FROM early_warning.observation
           UNION SELECT metric, day FROM early_warning.keyed_observation
           UNION SELECT metric, day FROM early_warning.day_vector
        )
        SELECT metric, day::text AS day FROM kept
         WHERE date_trunc('month', day)::date NOT IN (SELECT month FROM early_warning.closed_month) ORDER BY day, metric`,
  );
  return rebuildDays(tx, days, await foldsOf(tx), await nextHwm(tx));
}

interface DirtyDay extends MetricDay {
  /** Students of whom records were corrected. */
  corrected: number[];
}

async function takeDirtyDays(tx: Tx): Promise<DirtyDay[]> {
  return query(
    tx,
    sql`WITH taken AS (DELETE FROM early_warning.dirty_day RETURNING metric, day, ordinal)
        SELECT metric, day::text AS day, coalesce(array_agg(DISTINCT ordinal) FILTER (WHERE ordinal IS NOT NULL), '{}') AS corrected
          FROM taken GROUP BY metric, day ORDER BY day, metric`,
  );
}

/** Remembers whose records were corrected, for whoever asks what rested on them. */
async function noteCorrected(tx: Tx, days: readonly DirtyDay[], hwm: number): Promise<void> {
  const records = days.flatMap(({ metric, day, corrected }) => corrected.map((ordinal) => ({ metric, day, ordinal })));
  if (records.length === 0) return;
  await query(
    tx,
    sql`INSERT INTO early_warning.corrected_day (metric, day, ordinal, hwm)
        SELECT metric, day, ordinal, ${hwm}
          FROM unnest(${records.map((r) => r.metric)}::smallint[], ${records.map((r) => r.day)}::date[],
                      ${records.map((r) => r.ordinal)}::int[]) AS r(metric, day, ordinal)
        ON CONFLICT (ordinal, metric, day) DO UPDATE SET hwm = excluded.hwm`,
  );
}

type Folds = ReadonlyMap<number, Fold>;

async function foldsOf(tx: Tx): Promise<Folds> {
  const rows = await query<{ number: number; fold: Fold }>(tx, sql`SELECT number, fold FROM early_warning.metric`);
  return new Map(rows.map((row) => [row.number, row.fold]));
}

async function rebuildDays(tx: Tx, days: readonly MetricDay[], folds: Folds, hwm: number): Promise<number> {
  let written = 0;
  for (const ordered of [false, true]) {
    const some = days.filter(({ metric }) => (folds.get(metric) === 'last') === ordered);
    for (let i = 0; i < some.length; i += CHUNK)
      written += await rebuildChunk(tx, some.slice(i, i + CHUNK), ordered, folds, hwm);
  }
  return written;
}

/** Batches that are still in the queue are left out: they will be added when they are taken. */
async function rebuildChunk(
  tx: Tx,
  days: readonly MetricDay[],
  ordered: boolean,
  folds: Folds,
  hwm: number,
): Promise<number> {
  const pairs = days.map(({ metric, day }) => `(${Number(metric)}::smallint,DATE '${day}')`).join(',');
  const among = `o.day = ANY('{${[...new Set(days.map(({ day }) => day))].join(',')}}'::date[]) AND (o.metric, o.day) IN (VALUES ${pairs})
    AND NOT EXISTS (SELECT 1 FROM early_warning.unfolded_batch u WHERE u.seq = o.batch_seq)`;
  const columns = 'o.metric, o.day, o.ordinal, o.value, o.at, o.batch_seq, o.line';
  const found: VectorRow[] = [];
  // int32 pairs (ordinal, value) of a metric and day.
  await copyBinary(
    tx,
    `WITH live AS (
       SELECT ${columns} FROM early_warning.observation o WHERE ${among}
       UNION ALL SELECT ${columns} FROM early_warning.keyed_observation o WHERE ${among} AND o.value IS NOT NULL
     )
     SELECT metric::int, day - DATE '1970-01-01',
            string_agg(int4send(ordinal) || int4send(value), ''::bytea ${ordered ? 'ORDER BY at NULLS FIRST, batch_seq, line' : ''})
       FROM live GROUP BY metric, day`,
    ([metric, day, entries]) => {
      const key = { metric: metric!.readInt32BE(), day: day!.readInt32BE() };
      const { ordinals, values } = columnsOf(entries!);
      const vector = fold(folds.get(key.metric)!, ordinals, values)!;
      found.push(...blocksOf(vector).map((piece) => ({ ...key, ...piece })));
    },
  );
  const rows = [...found, ...(await emptied(tx, days, found))];
  for (let i = 0; i < rows.length; i += AT_A_TIME) await writeVectors(tx, rows.slice(i, i + AT_A_TIME), hwm);
  return rows.length;
}

function columnsOf(entries: Buffer): { ordinals: Int32Array; values: Int32Array } {
  const n = entries.length / 8;
  const ordinals = new Int32Array(n);
  const values = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    ordinals[i] = entries.readInt32BE(8 * i);
    values[i] = entries.readInt32BE(8 * i + 4);
  }
  return { ordinals, values };
}

/** Rows of these days that have data no longer. */
async function emptied(tx: Tx, days: readonly MetricDay[], found: readonly VectorRow[]): Promise<VectorRow[]> {
  const rows = await query<VectorKey>(
    tx,
    sql`SELECT v.metric, v.day - DATE '1970-01-01' AS day, v.block FROM early_warning.day_vector v
          JOIN unnest(${days.map((d) => d.metric)}::smallint[], ${days.map((d) => d.day)}::date[]) AS d(metric, day) USING (metric, day)
         WHERE v.n > 0`,
  );
  const there = new Set(found.map(keyOf));
  return rows
    .filter((row) => !there.has(keyOf(row)))
    .map((row) => ({ ...row, first: row.block * BLOCK, values: new Int32Array(0), n: 0 }));
}

/** What batches add to one vector. */
interface Addition extends VectorKey {
  ordinals: Int32Array;
  values: Int32Array;
}

async function addBatches(
  tx: Tx,
  batches: readonly Packed[],
  rebuilt: ReadonlySet<string>,
  folds: Folds,
  hwm: number,
): Promise<number> {
  const additions = additionsOf(batches).filter(({ metric, day }) => !rebuilt.has(`${metric} ${dateOfDay(day)}`));
  for (let i = 0; i < additions.length; i += AT_A_TIME) {
    const some = additions.slice(i, i + AT_A_TIME);
    const vectors = await readVectors(tx, some);
    const changed = some.map((addition): VectorRow => {
      const { metric, day, block, ordinals, values } = addition;
      const vector = addToVector(folds.get(metric)!, vectors.get(keyOf(addition)), ordinals, values)!;
      return { metric, day, block, first: vector.first, values: vector.values, n: vector.n };
    });
    await writeVectors(tx, changed, hwm);
    rememberVectors(tx, changed, hwm);
  }
  return additions.length;
}

/** Sorts the rows of all batches by the vector they go to, in linear time. */
function additionsOf(batches: readonly Packed[]): Addition[] {
  const keys: VectorKey[] = [];
  const counts: number[] = [];
  const places = new Map<string, number>();
  const placeOf = (metric: number, day: number, block: number): number => {
    const name = keyOf({ metric, day, block });
    let place = places.get(name);
    if (place === undefined) {
      places.set(name, (place = keys.length));
      keys.push({ metric, day, block });
      counts.push(0);
    }
    return place;
  };
  const targets = batches.map(({ pairs, pair, ordinal }) => {
    // Place by pair and block, found once each.
    const known: number[][] = Array.from({ length: pairs.length / 2 }, () => []);
    return pair.map((p, i) => {
      const block = ordinal[i]! >>> 16;
      const place = (known[p]![block] ??= placeOf(pairs[2 * p]!, pairs[2 * p + 1]!, block));
      counts[place]!++;
      return place;
    });
  });
  const additions = keys.map((key, place): Addition => {
    const n = counts[place]!;
    return { ...key, ordinals: new Int32Array(n), values: new Int32Array(n) };
  });
  const filled = new Int32Array(keys.length);
  for (const [b, { ordinal, value }] of batches.entries()) {
    targets[b]!.forEach((place, i) => {
      const at = filled[place]!++;
      const addition = additions[place]!;
      addition.ordinals[at] = ordinal[i]!;
      addition.values[at] = value[i]!;
    });
  }
  return additions;
}

/** Takes a student's lane out of every vector; under the vectors' lock, with everything folded. */
export async function clearOrdinal(tx: Tx, ordinal: number): Promise<void> {
  const block = ordinal >>> 16;
  const keys = await query<VectorKey>(
    tx,
    sql`SELECT metric, day - DATE '1970-01-01' AS day, block FROM early_warning.day_vector
         WHERE block = ${block} AND first <= ${ordinal} AND first + octet_length(v) / width > ${ordinal}
           AND substring(v FROM width * (${ordinal} - first) + 1 FOR width) <> substring('\\xffffffff'::bytea FOR width)`,
  );
  if (keys.length === 0) return;
  const hwm = await nextHwm(tx);
  for (let i = 0; i < keys.length; i += AT_A_TIME) {
    const vectors = await readVectors(tx, keys.slice(i, i + AT_A_TIME));
    const changed = [...vectors.values()].map((row): VectorRow => {
      row.values[ordinal - row.first] = -1;
      const { metric, day } = row;
      return { metric, day, block, ...trimmed(row.first, row.values) };
    });
    await writeVectors(tx, changed, hwm);
  }
}
