import { createHash } from 'node:crypto';
import { query, queryOne, sql, type Tx } from '#database';
import { dayOf } from '#rule-language';
import { foldDirty } from '../engine/folding.js';
import { requestRun } from '../engine/run-requests.js';
import type { CataloguedMetric } from '../metrics/metrics.service.js';
import { holdIngest, openBatch } from './ledger.js';
import { Rows } from './rows.js';
import { lastMetrics, writeRows } from './writing.js';

/** Above any revision that a source sends: what a person decided is not overwritten by the next delivery. */
const DECIDED = Number.MAX_SAFE_INTEGER;

/** What was observed of a student on a day, put right by a person. */
export interface DayCorrection {
  metric: CataloguedMetric & { code: string };
  day: string;
  ordinal: number;
  /** In the metric's smallest unit; null: nothing was observed. */
  value: number | null;
}

/** What a correction is known by, who decided it, and when. */
export interface CorrectionName {
  source: string;
  key: string;
  by: string;
  now: Date;
  timeZone: string;
}

/** Is the month of the day filed away, with the observations it had? */
export async function isFiledAway(tx: Tx, day: string): Promise<boolean> {
  const row = await queryOne<{ closed: boolean }>(
    tx,
    sql`SELECT EXISTS (SELECT FROM early_warning.closed_month WHERE month = date_trunc('month', ${day}::date)) AS closed`,
  );
  return row!.closed;
}

/**
 * Takes back all that was observed of a metric on a day, keeps the right value in its place, and has everything that rests on it evaluated
 * anew. Holds up the taking of batches until the transaction ends, as what waits to be folded knows no records.
 */
export async function correctDay(
  tx: Tx,
  { metric, day, ordinal, value }: DayCorrection,
  { source, key, by, now, timeZone }: CorrectionName,
): Promise<void> {
  await holdIngest(tx);
  await foldDirty(tx);
  const batchKey = `${key} ${metric.code} ${day}`;
  const sha256 = createHash('sha256').update(`${batchKey} ${value}`).digest();
  const opened = await openBatch(tx, { source, batchKey, sha256, deliveredBy: by }, now);
  if ('before' in opened) return;
  const { seq } = opened;
  const ofDay = sql`metric = ${metric.number} AND day = ${day} AND ordinal = ${ordinal}`;
  await query(tx, sql`DELETE FROM early_warning.observation WHERE ${ofDay}`);
  await query(
    tx,
    sql`UPDATE early_warning.keyed_observation SET value = NULL, revision = ${DECIDED}, corrected_seq = ${seq} WHERE ${ofDay} AND value IS NOT NULL`,
  );
  await query(
    tx,
    sql`INSERT INTO early_warning.dirty_day (metric, day, ordinal) VALUES (${metric.number}, ${day}, ${ordinal})`,
  );
  if (value !== null) {
    const metrics = new Map([[metric.code, metric]]);
    const rows = new Rows({ timeZone, today: dayOf(day), metrics, students: new Map() });
    rows.push(0, metric, { day: dayOf(day), at: NaN }, ordinal, value, key);
    // The whole day is folded anew: an addition on top would count twice.
    await writeRows(tx, { seq, source, revision: DECIDED, ordered: lastMetrics(metrics).add(metric.number) }, rows);
  }
  await requestRun(tx);
}
