import type { QueryRunner } from 'typeorm';
import type { MetricInfo, Rule } from '../language/rule.js';
import type { MetricChoice } from '../language/schema/schema.js';
import { Catalogue1763750500100 } from '../../../apps/early-warning/src/migrations/1763750500100-catalogue.js';
import { MoreMetrics1763750500400 } from '../../../apps/early-warning/src/migrations/1763750500400-more-metrics.js';

type Row = MetricInfo & MetricChoice & { retention: number };

/** The metrics and rules that ship with the house, as its migrations bring them in. */
const given: unknown[][] = [];
const listener = {
  query: (_: string, [rows]: string[]) => Promise.resolve(given.push(JSON.parse(rows!) as unknown[])),
} as unknown as QueryRunner;
await new Catalogue1763750500100().up(listener);
await new MoreMetrics1763750500400().up(listener);

export const CATALOGUE: readonly Row[] = [given[0]!, given[2]!]
  .flat()
  .map((row) => row as Row)
  // A later migration gives credits two.
  .map((row, i) => ({
    ...row,
    decimals: row.unit === 'credit' ? 2 : row.decimals,
    number: i + 1,
    retentionDays: row.retention,
  }));
export const METRICS: ReadonlyMap<string, MetricInfo> = new Map(CATALOGUE.map((one) => [one.code, one]));
export const SHIPPED: readonly Rule[] = given[1]!.map((row) => (row as { definition: Rule }).definition);
