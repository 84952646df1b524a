import { query, queryOne, sql, type Sql, type Tx } from '#database';
import { MAX_STORED } from '#rule-language';
import { foldDirty, nextHwm } from '../engine/folding.js';
import { readVectors, type VectorKey, writeVectors } from '../engine/vector-rows.js';
import { holdIngest } from '../observations/ledger.js';
import type { Metric } from './metric.entity.js';
import { MetricDecimalsUnfit } from './metrics.problems.js';

/** Vectors read, changed and written at a time. */
const AT_A_TIME = 24;

/**
 * Rewrites what is stored of a metric, whole numbers of 10^−decimals of its unit, for another number of decimals: each value stays what it
 * is. Refused where one would be rounded, or would be too large. Holds up the taking of batches and runs until the transaction ends; it
 * reads through all observations that are kept.
 */
export async function rewriteDecimals(
  tx: Tx,
  { number, decimals: before }: Pick<Metric, 'number' | 'decimals'>,
  after: number,
): Promise<void> {
  await holdIngest(tx);
  // What waits to be folded is stored once more beside the observations.
  await foldDirty(tx);
  const unfit = new MetricDecimalsUnfit({ pointer: '#/decimals', params: { decimals: after } });
  const factor = 10 ** Math.abs(after - before);
  const finer = after > before;
  const fits = (value: number): boolean => (finer ? value * factor <= MAX_STORED : value % factor === 0);
  const unfitting = sql`metric = ${number} AND ${finer ? sql`value > ${Math.floor(MAX_STORED / factor)}` : sql`value % ${factor} <> 0`}`;
  const found = await queryOne<{ unfit: boolean }>(
    tx,
    sql`SELECT EXISTS (SELECT 1 FROM early_warning.observation WHERE ${unfitting})
            OR EXISTS (SELECT 1 FROM early_warning.keyed_observation WHERE ${unfitting}) AS unfit`,
  );
  if (found!.unfit) throw unfit;
  const rewritten: Sql = finer ? sql`value * ${factor}` : sql`value / ${factor}`;
  await query(tx, sql`UPDATE early_warning.observation SET value = ${rewritten} WHERE metric = ${number}`);
  await query(
    tx,
    sql`UPDATE early_warning.keyed_observation SET value = ${rewritten} WHERE metric = ${number} AND value IS NOT NULL`,
  );
  // The vectors by themselves: of closed months they are all that is left.
  const keys = await query<VectorKey>(
    tx,
    sql`SELECT metric, day - DATE '1970-01-01' AS day, block FROM early_warning.day_vector WHERE metric = ${number} AND n > 0`,
  );
  const hwm = await nextHwm(tx);
  for (let i = 0; i < keys.length; i += AT_A_TIME) {
    const vectors = [...(await readVectors(tx, keys.slice(i, i + AT_A_TIME))).values()];
    for (const { values } of vectors)
      values.forEach((value, lane) => {
        if (value < 0) return;
        if (!fits(value)) throw unfit;
        values[lane] = finer ? value * factor : value / factor;
      });
    await writeVectors(tx, vectors, hwm);
  }
}
