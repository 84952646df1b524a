import type { Bilingual } from '#contracts';
import { query, sql, type Tx } from '#database';
import type { RiskModel } from './risk-model.entity.js';

/** The metric of each feature, in words; a window where there is one. */
export async function featureNames(
  tx: Tx,
  features: RiskModel['definition']['features'],
): Promise<Map<string, Bilingual>> {
  const codes = Object.values(features).map(({ metric }) => metric);
  const rows = await query<Bilingual & { code: string }>(
    tx,
    sql`SELECT code, zh, en FROM early_warning.metric WHERE code = ANY(${codes}::text[])`,
  );
  const metrics = new Map(rows.map((row) => [row.code, row]));
  return new Map(
    Object.entries(features).map(([key, { metric, window, agg }]) => {
      const { zh, en } = metrics.get(metric)!;
      const how = window === undefined ? agg : `${agg} ${window}`;
      return [key, { zh: `${zh}（${how}）`, en: `${en} (${how})` }];
    }),
  );
}
