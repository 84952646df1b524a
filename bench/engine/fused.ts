import type { Days, Plan, PlannedFeature, PlannedNumber, PlannedPredicate } from '#rule-language';

const OPERATORS = { ge: '>=', gt: '>', le: '<=', lt: '<', eq: '=' } as const;

interface Aggregate {
  metric: number;
  days: { from: number; to: number };
  /** With `$` for the column of the metric's values. */
  sql: string;
  name: string;
}

/**
 * A plan as hand-written SQL would have it: every feature of all rules in one statement. Aggregates with FILTER come first, each once;
 * then features, percentiles by window functions and the rules' conditions. Covers the vocabulary of the bench's rules.
 */
export class FusedSql {
  private readonly aggregates = new Map<string, Aggregate>();
  private readonly features: PlannedFeature[];
  private readonly columns: string[];

  constructor(private readonly plan: Plan) {
    this.features = [...plan.features.values()];
    this.columns = this.features.map((feature) => this.value(feature));
  }

  /** One pass over `wide` (student, day, m1 …); PostgreSQL. */
  overWide(): string {
    const all = [...this.aggregates.values()];
    const list = all.map(({ sql, metric, name }) => `${sql.replaceAll('$', `m${metric}`)} AS ${name}`);
    const { from, to } = span(all);
    return `one AS (SELECT student, ${list.join(', ')} FROM wide WHERE day BETWEEN ${from} AND ${to} GROUP BY student),
      base AS (SELECT c.ordinal AS student, c.cohort, ${this.counted(all)} FROM cohorts c LEFT JOIN one ON one.student = c.ordinal)`;
  }

  /** One pass per metric over rows (student, v, metric, day); DuckDB. */
  overRows(rows: string): string {
    const all = [...this.aggregates.values()];
    const metrics = [...new Set(all.map(({ metric }) => metric))];
    const parts = metrics.map((metric) => {
      const own = all.filter((one) => one.metric === metric);
      const list = own.map(({ sql, name }) => `${sql.replaceAll('$', 'v')} AS ${name}`);
      const { from, to } = span(own);
      return `one${metric} AS (SELECT student, ${list.join(', ')} FROM ${rows}
        WHERE metric = ${metric} AND day BETWEEN ${from} AND ${to} GROUP BY student)`;
    });
    const joins = metrics.map((metric) => `LEFT JOIN one${metric} ON one${metric}.student = c.ordinal`);
    return `${parts.join(', ')},
      base AS (SELECT c.ordinal AS student, c.cohort, ${this.counted(all)} FROM cohorts c ${joins.join(' ')})`;
  }

  /** Rows (student, f0 …) of all students, or of those that meet the condition. */
  facts(base: string, condition = 'TRUE'): string {
    return `WITH ${base}, ${this.finished()} SELECT * FROM facts WHERE ${condition}`;
  }

  /** Rows (student, rules): places of the rules that fire, as text. */
  firings(base: string): string {
    const numbers = this.plan.rules.map(
      (rule, i) => `CASE WHEN ${this.predicate(rule.steps[0]!.when)} THEN '${i}' END`,
    );
    return `WITH ${base}, ${this.finished()}
      SELECT * FROM (SELECT student, array_to_string(ARRAY[${numbers.join(', ')}], ',') AS rules FROM facts) AS fired WHERE rules <> ''`;
  }

  /** The number of a feature's column. */
  place(key: string): number {
    return this.features.findIndex((feature) => feature.key === key);
  }

  private finished(): string {
    const raw = this.columns.map((sql, i) => `${sql} AS f${i}`);
    const done = this.features.map((feature, i) => (feature.cohort ? `${percentile(feature, i)} AS f${i}` : `f${i}`));
    return `raw AS (SELECT student, cohort, ${raw.join(', ')} FROM base), facts AS (SELECT student, ${done.join(', ')} FROM raw)`;
  }

  /** Counts of students without a row are 0. */
  private counted(all: Aggregate[]): string {
    return all.map(({ sql, name }) => (sql.startsWith('count') ? `coalesce(${name}, 0) AS ${name}` : name)).join(', ');
  }

  private value(feature: PlannedFeature): string {
    const { agg, minData, minSd } = feature.feature;
    if (feature.metric.decimals > 0 || minSd || (minData ?? 1) > 1 || feature.exclude.length > 0)
      throw new Error(`beyond the bench: ${feature.key}`);
    const { metric, days, baseline, span: where } = feature;
    const one = (of: Days, sql: string, filter = ''): string => this.aggregate(metric.number, of, sql, filter);
    const sum = (of: Days): string => `${one(of, 'sum($)')}::float8`;
    const count = (of: Days): string => `nullif(${one(of, 'count($)')}, 0)::float8`;
    switch (agg) {
      case 'sum':
        return sum(days);
      case 'avg':
        return `${sum(days)} / ${count(days)}`;
      case 'count':
        return `${one(days, 'count($)')}::float8`;
      case 'max':
        return `${one(days, 'max($)')}::float8`;
      case 'days_over': {
        const over = one(days, 'count(*)', ` AND $ BETWEEN ${where.lo} AND ${where.hi}`);
        return `CASE WHEN ${one(days, 'count($)')} > 0 THEN ${over}::float8 END`;
      }
      case 'ratio':
        return `(${sum(days)} / ${count(days)}) / nullif(${sum(baseline)} / ${count(baseline)}, 0)`;
      case 'zscore': {
        const squares = one(baseline, 'sum($::float8 * $)');
        const spread = `${count(baseline)} * ${squares} - ${sum(baseline)} * ${sum(baseline)}`;
        const deviation = `nullif(sqrt(greatest(0, ${spread})) / ${count(baseline)}, 0)`;
        return `(${sum(days)} / ${count(days)} - ${sum(baseline)} / ${count(baseline)}) / ${deviation}`;
      }
      default:
        throw new Error(`beyond the bench: ${agg}`);
    }
  }

  private aggregate(metric: number, days: Days, call: string, filter: string): string {
    const sql = `${call} FILTER (WHERE day BETWEEN ${days!.from} AND ${days!.to}${filter})`;
    const key = `${metric} ${sql}`;
    const known = this.aggregates.get(key);
    const name = known?.name ?? `a${this.aggregates.size}`;
    if (!known) this.aggregates.set(key, { metric, days: days!, sql, name });
    return name;
  }

  private predicate(node: PlannedPredicate): string {
    if ('all' in node) return node.all.map((one) => `(${this.predicate(one)})`).join(' AND ');
    if ('op' in node) return `${this.number(node.left)} ${OPERATORS[node.op]} ${this.number(node.right)}`;
    throw new Error('beyond the bench');
  }

  private number(node: PlannedNumber): string {
    if (typeof node === 'number') return `${node}::float8`;
    if ('feature' in node) return `f${this.place(node.feature)}`;
    throw new Error('beyond the bench');
  }
}

function span(all: Aggregate[]): { from: number; to: number } {
  return { from: Math.min(...all.map(({ days }) => days.from)), to: Math.max(...all.map(({ days }) => days.to)) };
}

function percentile({ feature }: PlannedFeature, i: number): string {
  const { minCohort = 10, as } = feature.rank!;
  if (as === 'rank') throw new Error('beyond the bench: rank');
  const size = `count(f${i}) OVER (PARTITION BY cohort)`;
  const smaller = `(rank() OVER (PARTITION BY cohort ORDER BY f${i} NULLS LAST) - 1)`;
  return `CASE WHEN f${i} IS NOT NULL AND ${size} >= ${minCohort} THEN 100 * ${smaller}::float8 / greatest(1, ${size} - 1) END`;
}
