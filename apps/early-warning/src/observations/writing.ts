import { empty, query, queryOne, sql, type Tx, violates } from '#database';
import { dateOfDay } from '#rule-language';
import { type ObservationColumns, queueing } from '../engine/batches.js';
import { copyIn, CopyRows } from '../engine/copy-binary.js';
import { requestRun } from '../engine/run-requests.js';
import type { Rows } from './rows.js';

/** A batch of the ledger whose rows are to be written. */
export interface Batch {
  seq: number;
  source: string;
  /** Orders records of the same key: the higher one counts. */
  revision: number;
  /** Metrics whose observations cannot be added: `lastMetrics`. */
  ordered: ReadonlySet<number>;
}

/** Metrics whose vectors hold the last value of a day. */
export function lastMetrics(metrics: ReadonlyMap<string, { number: number; fold: string }>): Set<number> {
  return new Set([...metrics.values()].filter(({ fold }) => fold === 'last').map(({ number }) => number));
}

const BYTES_PER_ROW = 64;
/** Of a record with its key, which the source chooses. */
const BYTES_PER_RECORD = 140;

/** Writes a batch's rows, says what has to be folded, and asks for a run. Of a key that comes twice in a batch the later row counts. */
export async function writeRows(tx: Tx, batch: Batch, rows: Rows): Promise<void> {
  if (rows.n === 0) return closeEntry(tx, batch, rows, []);
  const plain: number[] = [];
  const keyed: number[] = [];
  for (let i = 0; i < rows.n; i++) (rows.keys[i] === undefined ? plain : keyed).push(i);
  await copyPlain(tx, batch, rows, plain);
  const { added, corrected } = await putRecords(tx, batch, rows, keyed);
  const dirty = new Set<string>();
  const additions: number[] = [];
  for (const i of added.length > 0 ? [...plain, ...added] : plain) {
    if (batch.ordered.has(rows.metric[i]!)) dirty.add(`${rows.metric[i]} ${dateOfDay(rows.day[i]!)}`);
    else if (rows.value[i]! >= 0) additions.push(i);
  }
  await closeEntry(tx, batch, rows, additions);
  await markDirty(tx, [...corrected, ...dirty]);
  await requestRun(tx);
}

/** Notes in the ledger what came of the batch, and queues what is to be added to the vectors. */
async function closeEntry(tx: Tx, { seq }: Batch, rows: Rows, additions: readonly number[]): Promise<void> {
  const metrics = new Set<number>();
  let [first, last] = [Infinity, -Infinity];
  for (let i = 0; i < rows.n; i++) {
    metrics.add(rows.metric[i]!);
    first = Math.min(first, rows.day[i]!);
    last = Math.max(last, rows.day[i]!);
  }
  const [firstDay, lastDay] = rows.n > 0 ? [dateOfDay(first), dateOfDay(last)] : [null, null];
  const queue = additions.length > 0 ? sql`WITH queued AS (${queueing(seq, pick(rows, additions))})` : empty;
  await query(
    tx,
    sql`${queue} UPDATE early_warning.ingest_batch SET n = ${rows.n}, rejected = ${JSON.stringify(rows.rejected)}::jsonb,
               rejected_count = ${rows.rejectedCount}, metrics = ${[...metrics]}::smallint[], first_day = ${firstDay}, last_day = ${lastDay}
         WHERE seq = ${seq}`,
  );
}

function pick(rows: Rows, some: readonly number[]): ObservationColumns {
  const n = some.length;
  const of = (column: Int32Array): Int32Array => {
    // Nearly always all of them.
    if (n === rows.n) return column.subarray(0, n);
    const picked = new Int32Array(n);
    for (let i = 0; i < n; i++) picked[i] = column[some[i]!]!;
    return picked;
  };
  return { metric: of(rows.metric), day: of(rows.day), ordinal: of(rows.ordinal), value: of(rows.value) };
}

async function copyPlain(tx: Tx, { seq }: Batch, rows: Rows, some: readonly number[]): Promise<void> {
  if (some.length === 0) return;
  const bytes = new CopyRows(7, some.length * BYTES_PER_ROW);
  for (const i of some)
    bytes
      .row()
      .int8(seq)
      .instant(rows.at[i]!)
      .date(rows.day[i]!)
      .int4(rows.ordinal[i]!)
      .int4(rows.value[i]!)
      .int4(rows.line[i]!)
      .int2(rows.metric[i]!);
  await copyIn(tx, 'early_warning.observation (batch_seq, at, day, ordinal, value, line, metric)', bytes);
}

interface Put {
  /** Rows that are new. */
  added: readonly number[];
  /** `<metric> <day>` of records whose value changed. */
  corrected: string[];
}

/** Sources whose last batch held records that were known already. */
const repeating = new Set<string>();
const RECORD_KEY = 'keyed_observation_pkey';

/** Puts records in their places by key. A batch of nothing but new ones goes in at once; one that meets a known key goes key by key. */
async function putRecords(tx: Tx, batch: Batch, rows: Rows, some: readonly number[]): Promise<Put> {
  if (some.length === 0) return { added: [], corrected: [] };
  if (!repeating.has(batch.source) && (await copyNew(tx, batch, rows, some))) return { added: some, corrected: [] };
  const put = await upsert(tx, batch, rows, some);
  if (put.added.length < some.length) repeating.add(batch.source);
  else repeating.delete(batch.source);
  return put;
}

/** Returns whether all records were new; if not, nothing was written. */
async function copyNew(
  tx: Tx,
  { seq, source, revision }: Batch,
  rows: Rows,
  some: readonly number[],
): Promise<boolean> {
  const bytes = new CopyRows(10, some.length * (BYTES_PER_RECORD + source.length));
  for (const i of some) {
    bytes.row().int8(seq).int8(revision).instant(rows.at[i]!).date(rows.day[i]!).int4(rows.ordinal[i]!);
    value(bytes, rows.value[i]!).int4(rows.line[i]!).int2(rows.metric[i]!).text(source).text(rows.keys[i]!);
  }
  await tx.query('SAVEPOINT all_new');
  try {
    const columns = 'batch_seq, revision, at, day, ordinal, value, line, metric, source, key';
    await copyIn(tx, `early_warning.keyed_observation (${columns})`, bytes);
    await tx.query('RELEASE SAVEPOINT all_new');
    return true;
  } catch (error) {
    if (!violates(error, RECORD_KEY)) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT all_new');
    return false;
  }
}

function value(bytes: CopyRows, stored: number): CopyRows {
  return stored < 0 ? bytes.null() : bytes.int4(stored);
}

async function upsert(tx: Tx, { seq, source, revision }: Batch, rows: Rows, some: readonly number[]): Promise<Put> {
  await tx.query(
    `CREATE TEMP TABLE IF NOT EXISTS keyed_stage_1 (metric smallint, day date, ordinal int, value int, line int, at timestamptz,
       key text COLLATE "C") ON COMMIT DELETE ROWS`,
  );
  // One transaction may take several batches: events are delivered that way.
  await tx.query('DELETE FROM pg_temp.keyed_stage_1');
  const bytes = new CopyRows(7, some.length * BYTES_PER_RECORD);
  for (const i of some) {
    bytes.row().int2(rows.metric[i]!).date(rows.day[i]!).int4(rows.ordinal[i]!);
    value(bytes, rows.value[i]!).int4(rows.line[i]!).instant(rows.at[i]!).text(rows.keys[i]!);
  }
  await copyIn(tx, 'pg_temp.keyed_stage_1', bytes);
  const [answer] = await query<{ lines: Buffer | null; corrected: string[] | null }>(
    tx,
    sql`WITH latest AS (
          SELECT DISTINCT ON (day, metric, key, ordinal) * FROM pg_temp.keyed_stage_1 ORDER BY day, metric, key, ordinal, line DESC
        ), put AS (
          INSERT INTO early_warning.keyed_observation AS k (at, revision, batch_seq, day, ordinal, value, line, metric, source, key)
          SELECT at, ${revision}, ${seq}, day, ordinal, value, line, metric, ${source}, key FROM latest ORDER BY day, metric, key, ordinal
          ON CONFLICT (day, metric, source, key, ordinal) DO UPDATE SET at = excluded.at, revision = excluded.revision, value = excluded.value,
                 corrected_seq = CASE WHEN (k.value, k.at) IS DISTINCT FROM (excluded.value, excluded.at) THEN ${seq}::bigint ELSE k.corrected_seq END
           WHERE excluded.revision > k.revision
          RETURNING k.metric, k.day, k.ordinal, k.line, k.batch_seq, k.corrected_seq
        )
        SELECT string_agg(int4send(line), ''::bytea) FILTER (WHERE batch_seq = ${seq}) AS lines,
               array_agg(DISTINCT metric || ' ' || day || ' ' || ordinal) FILTER (WHERE corrected_seq = ${seq}) AS corrected FROM put`,
  );
  const lines = new Set<number>();
  for (let at = 0; at < (answer!.lines?.length ?? 0); at += 4) lines.add(answer!.lines!.readInt32BE(at));
  return { added: some.filter((i) => lines.has(rows.line[i]!)), corrected: answer!.corrected ?? [] };
}

/** Says that the vectors of these `<metric> <day>` have to be made anew; with a third part, the student whose record was corrected. */
async function markDirty(tx: Tx, days: readonly string[]): Promise<void> {
  if (days.length === 0) return;
  const parts = days.map((day) => day.split(' '));
  await query(
    tx,
    sql`INSERT INTO early_warning.dirty_day (metric, day, ordinal)
        SELECT * FROM unnest(${parts.map(([metric]) => Number(metric))}::smallint[], ${parts.map(([, day]) => day)}::date[],
                             ${parts.map(([, , ordinal]) => (ordinal === undefined ? null : Number(ordinal)))}::int[])`,
  );
}

/**
 * Whether a day is of a month that takes no more; undefined when there is none such. Sees to it that the log has a place for the
 * other months of the rows.
 */
export async function closedDays(tx: Tx, rows: Rows): Promise<((day: number) => boolean) | undefined> {
  if (rows.n === 0) return undefined;
  let first = Infinity;
  const days = new Set<number>();
  for (let i = 0; i < rows.n; i++) {
    first = Math.min(first, rows.day[i]!);
    if (rows.keys[i] === undefined) days.add(rows.day[i]!);
  }
  const months = [...new Set([...days].map((day) => `${dateOfDay(day).slice(0, 7)}-01`))];
  const answer = await queryOne<{ closed: string[] }>(
    tx,
    sql`WITH closed AS (SELECT month FROM early_warning.closed_month WHERE month >= date_trunc('month', ${dateOfDay(first)}::date)),
             opened AS (
               SELECT early_warning.create_observation_months(array_agg(m)) FROM unnest(${months}::date[]) AS m
                WHERE to_regclass('early_warning.observation_' || to_char(m, 'YYYY_MM')) IS NULL AND m NOT IN (SELECT month FROM closed)
               HAVING count(*) > 0
             )
        SELECT ARRAY(SELECT month::text FROM closed) AS closed, (SELECT count(*) FROM opened)`,
  );
  const closed = new Set(answer!.closed.map((month) => month.slice(0, 7)));
  if (closed.size === 0) return undefined;
  const known = new Map<number, boolean>();
  return (day) => {
    let isClosed = known.get(day);
    if (isClosed === undefined) known.set(day, (isClosed = closed.has(dateOfDay(day).slice(0, 7))));
    return isClosed;
  };
}
