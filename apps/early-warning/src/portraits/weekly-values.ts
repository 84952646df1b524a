import { query, sql, type Tx } from '#database';
import { dateOfDay, dayOf } from '#rule-language';
import { addDays } from '#time';
import { BLOCK } from '../engine/fold.js';
import { copyBinary } from '../engine/copy-binary.js';
import type { CataloguedMetric } from '../metrics/metrics.service.js';

/** How far back the last known value of a metric is looked for. */
const REACH_DAYS = 400;
const DAYS = 7;

/** Monday of the week of a day. */
export function mondayOf(day: string): string {
  // 1970-01-01 was a Thursday.
  return addDays(day, -((dayOf(day) + 3) % DAYS));
}

/** First and last day of what a week's value is made of: of a metric that is the last known, everything before as well. */
export function reachOf(fold: string, week: string): { from: string; to: string } {
  return { from: fold === 'last' ? addDays(week, -REACH_DAYS) : week, to: addDays(week, DAYS - 1) };
}

/** How the days of a week become one value. */
export function together(fold: string, before: number, value: number): number {
  if (fold === 'last') return value;
  if (fold === 'max') return Math.max(before, value);
  if (fold === 'min') return Math.min(before, value);
  return before + value;
}

/** The values of a metric in a week, by ordinal; NaN where there is none. Undefined: nobody has one. */
export async function valuesOfWeek(
  tx: Tx,
  { number, fold, decimals }: CataloguedMetric,
  week: string,
  ordinals: number,
): Promise<Float64Array | undefined> {
  const { from, to } = reachOf(fold, week);
  const values = new Float64Array(ordinals).fill(Number.NaN);
  let found = false;
  await copyBinary(
    tx,
    `SELECT first, width::int, v FROM early_warning.day_vector
      WHERE metric = ${Number(number)} AND day BETWEEN DATE '${dateOfDay(dayOf(from))}' AND DATE '${dateOfDay(dayOf(to))}' AND n > 0 ORDER BY day`,
    ([first, width, bytes]) => {
      const [start, wide] = [first!.readInt32BE(), width!.readInt32BE()];
      for (let at = 0; at < bytes!.length; at += wide) {
        const value = wide === 2 ? bytes!.readInt16LE(at) : bytes!.readInt32LE(at);
        const ordinal = start + at / wide;
        if (value < 0 || ordinal >= ordinals) continue;
        found = true;
        const before = values[ordinal]!;
        values[ordinal] = Number.isNaN(before) ? value : together(fold, before, value);
      }
    },
  );
  if (!found) return undefined;
  const unit = 10 ** decimals;
  for (let i = 0; i < values.length; i++) values[i] = values[i]! / unit;
  return values;
}

export interface DayValue {
  metric: number;
  day: string;
  value: number;
}

/** Everything of one student over some days, ascending by day; in stored units. */
export async function daysOfStudent(tx: Tx, ordinal: number, from: string, to: string): Promise<DayValue[]> {
  const rows = await query<{ metric: number; day: string; width: number; bytes: Buffer }>(
    tx,
    sql`SELECT v.metric, v.day::text AS day, v.width, substring(v.v FROM (${ordinal}::int - v.first) * v.width + 1 FOR v.width) AS bytes
          FROM early_warning.day_vector v
         WHERE v.block = ${Math.floor(ordinal / BLOCK)} AND v.day BETWEEN ${from} AND ${to} AND v.first <= ${ordinal}
           AND (${ordinal}::int - v.first + 1) * v.width <= octet_length(v.v)
         ORDER BY v.day`,
  );
  return rows
    .map(({ metric, day, width, bytes }) => ({
      metric,
      day,
      value: width === 2 ? bytes.readInt16LE() : bytes.readInt32LE(),
    }))
    .filter(({ value }) => value >= 0);
}
