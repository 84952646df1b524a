import type { PlannedFeature } from '../plan/compile.js';
import { MASKS, type MaskDay } from '../language/rule.js';
import { factsOf, leastData } from '../language/aggregates.js';

/** Names of the relations that statements read. Days are days since 1970-01-01, students their ordinals. */
export interface Relations {
  /** (metric, day, ordinal, value): one row per student × metric × day with data; values × 10^decimals. */
  cells: string;
  /** (ordinal): all students. */
  students: string;
  /** (mask, ordinal, first_day, last_day): days that may not count; ordinal NULL = for everybody. */
  masks: string;
  /** (name, ordinal, cohort): name is `PlannedFeature.cohort`. */
  cohorts: string;
  /** (rule, ordinal): whom a rule that has `students` judges; rule is its place in the plan. */
  eligible: string;
}

/** A named subquery of a statement. */
export interface Part {
  name: string;
  body: string;
}

/** A number of the plan as a literal. @throws Error for what is no finite number. */
export function double(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`not a finite number: ${value}`);
  return value < 0 ? `(${value}::float8)` : `${value}::float8`;
}

/** A day, span or count of the plan as a literal. @throws Error for what is no whole number. */
export function whole(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`not a whole number: ${value}`);
  return String(value);
}

/** Whether a day is masked for a student. `ordinal` undefined: masked for everybody. */
export function covered(relations: Relations, masks: readonly MaskDay[], day: string, ordinal?: string): string {
  const who = ordinal === undefined ? 'm.ordinal IS NULL' : `(m.ordinal IS NULL OR m.ordinal = ${ordinal})`;
  return `EXISTS (SELECT FROM ${relations.masks} m WHERE m.mask IN (${maskList(masks)})
      AND ${who} AND ${day} BETWEEN m.first_day AND m.last_day)`;
}

/**
 * The subqueries that make a feature: the last, called `name`, has one row (ordinal, value) per student whose value is not missing.
 * `count` without a rank leaves out the students whose count is 0. None for a feature whose window does not exist.
 * Sums stay exact while they and the sums of squares are below 2^53.
 */
export function featureParts(feature: PlannedFeature, relations: Relations, name: string): Part[] {
  if (!feature.days) return [];
  const { rank } = feature.feature;
  const raw = rank ? `${name} all` : name;
  const parts = new FeatureSql(feature, relations).parts(raw);
  return rank ? [...parts, { name, body: rankBody(feature, relations, raw) }] : parts;
}

class FeatureSql {
  private readonly unit: string;
  private readonly minData: string;

  constructor(
    private readonly planned: PlannedFeature,
    private readonly relations: Relations,
  ) {
    const decimals = planned.metric.decimals;
    this.unit = decimals === 0 ? '' : ` / ${double(10 ** decimals)}`;
    this.minData = whole(leastData(planned.feature));
  }

  parts(name: string): Part[] {
    const { agg } = this.planned.feature;
    switch (agg) {
      case 'sum':
        return this.grouped(name, `sum(c.value)::float8${this.unit}`);
      case 'avg':
        return this.grouped(name, `sum(c.value)::float8 / ${this.perUnit('count(*)::float8')}`);
      case 'count':
        return [{ name, body: this.group('count(*)::float8') }];
      case 'max':
      case 'min':
        return this.grouped(name, `${agg}(c.value)::float8${this.unit}`);
      case 'last':
        return this.grouped(name, `(array_agg(c.value ORDER BY c.day DESC))[1]::float8${this.unit}`);
      case 'days_over':
        return this.grouped(name, `(count(*) FILTER (WHERE ${this.inSpan()}))::float8`);
      case 'distinct':
        return this.grouped(name, 'count(DISTINCT c.value)::float8');
      case 'hours_since_last':
        return this.hoursSinceLast(name);
      case 'streak':
        return [{ name, body: this.streak() }];
      case 'ratio':
        return [{ name, body: this.againstBaseline('w.average / w.mean', 'w.mean > 0') }];
      case 'zscore':
        return [{ name, body: this.zscore() }];
    }
  }

  private perUnit(count: string): string {
    const { decimals } = this.planned.metric;
    return decimals === 0 ? count : `(${count} * ${double(10 ** decimals)})`;
  }

  private inSpan(): string {
    const { lo, hi } = this.planned.span;
    return `c.value BETWEEN ${whole(lo)} AND ${whole(hi)}`;
  }

  /** The metric's cells in the days, without masked ones. */
  private from(days: { from: number; to: number }, masks: readonly MaskDay[] = this.planned.exclude): string {
    const { metric } = this.planned;
    const window = `c.metric = ${whole(metric.number)} AND c.day BETWEEN ${whole(days.from)} AND ${whole(days.to)}`;
    const open = masks.length === 0 ? '' : `\n     AND NOT ${covered(this.relations, masks, 'c.day', 'c.ordinal')}`;
    return `FROM ${this.relations.cells} c\n   WHERE ${window}${open}`;
  }

  private group(value: string): string {
    return `SELECT c.ordinal, ${value} AS value\n    ${this.from(this.planned.days!)}\n   GROUP BY c.ordinal`;
  }

  private grouped(name: string, value: string): Part[] {
    return [{ name, body: `${this.group(value)}\n  HAVING count(*) >= ${this.minData}` }];
  }

  /** Up to the latest day with data of anybody that is not masked for everybody: until then the metric was heard of. */
  private hoursSinceLast(name: string): Part[] {
    const { days, pause, exclude, asOf, elapsedHours } = this.planned;
    const masks = [...exclude, ...pause];
    const silent = masks.length === 0 ? '' : ` AND NOT ${covered(this.relations, masks, 'c.day')}`;
    const known = `${name} known`;
    const lastHours = `CASE WHEN k.day = ${whole(asOf)} THEN ${double(elapsedHours)} ELSE 24 END`;
    const open =
      pause.length === 0
        ? lastHours
        : `CASE WHEN ${covered(this.relations, pause, 'k.day', 's.ordinal')} THEN 0 ELSE ${lastHours} END`;
    return [
      { name: known, body: `SELECT max(c.day) AS day\n    ${this.from(days!, [])}${silent}` },
      {
        name,
        body: `SELECT s.ordinal, CASE WHEN s.day >= k.day THEN 0
           ELSE 24::float8 * (k.day - s.day - 1${this.pausedDays('s.day + 1', 'k.day - 1', 's.ordinal')}) + ${open} END AS value
    FROM (SELECT c.ordinal, max(c.day) AS day
    ${this.from(days!, masks)} AND ${this.inSpan()}
   GROUP BY c.ordinal) s CROSS JOIN "${known}" k`,
      },
    ];
  }

  /** How many of the days that meet the condition have only such days, or paused ones, after them. */
  private streak(): string {
    const { days, pause } = this.planned;
    const free = pause.length === 0 ? '' : ` AND NOT ${covered(this.relations, pause, 'c.day', 'c.ordinal')}`;
    const to = whole(days!.to);
    const left = `${to} - d.day + 1${this.pausedDays('d.day + 1', to, 'd.ordinal')}`;
    return `SELECT d.ordinal, (count(*) FILTER (WHERE d.met AND d.nth = ${left}))::float8 AS value
    FROM (SELECT e.*, row_number() OVER (PARTITION BY e.ordinal, e.met ORDER BY e.day DESC) AS nth
            FROM (SELECT c.ordinal, c.day, ${this.inSpan()}${free} AS met
    ${this.from(days!)}) e) d
   GROUP BY d.ordinal
  HAVING count(*) >= ${this.minData}`;
  }

  /** ` - (so many days of the student's are paused)`; nothing for a feature that does not pause. */
  private pausedDays(first: string, last: string, ordinal: string): string {
    const { pause } = this.planned;
    if (pause.length === 0) return '';
    return ` - (SELECT count(DISTINCT day) FROM ${this.relations.masks} m,
      generate_series(greatest(m.first_day, ${first}), least(m.last_day, ${last})) AS day
      WHERE m.mask IN (${maskList(pause)}) AND (m.ordinal IS NULL OR m.ordinal = ${ordinal}))`;
  }

  private zscore(): string {
    const { feature, metric } = this.planned;
    const least = double((feature.minSd ?? 0) * 10 ** metric.decimals);
    return this.againstBaseline(
      '(w.average - w.mean) / w.deviation',
      `w.deviation > 0 AND w.deviation >= ${least}`,
      'sqrt(greatest(0, p.n * p.base_squares - p.base_sum * p.base_sum)) / nullif(p.n, 0) AS deviation',
    );
  }

  private againstBaseline(value: string, known: string, deviation?: string): string {
    const { days, baseline } = this.planned;
    const own = `FILTER (WHERE c.day >= ${whole(days!.from)})`;
    const base = `FILTER (WHERE c.day < ${whole(days!.from)})`;
    const squares = deviation && `(sum(c.value::float8 * c.value) ${base}) AS base_squares`;
    const columns = [
      `(count(*) ${own})::float8 AS days`,
      `(sum(c.value) ${own})::float8 AS sum`,
      `(count(*) ${base})::float8 AS n`,
      `(sum(c.value) ${base})::float8 AS base_sum`,
      ...(squares ? [squares] : []),
    ];
    const averages = ['p.sum / nullif(p.days, 0) AS average', 'p.base_sum / nullif(p.n, 0) AS mean'];
    return `SELECT w.ordinal, ${value} AS value
    FROM (SELECT p.ordinal, ${[...averages, ...(deviation ? [deviation] : [])].join(', ')}
            FROM (SELECT c.ordinal, ${columns.join(', ')}
    ${this.from({ from: baseline!.from, to: days!.to })}
   GROUP BY c.ordinal) p
           WHERE p.days > 0 AND p.n >= ${this.minData}) w
   WHERE ${known}`;
  }
}

/** The place of each value in its cohort, among the students with a value. */
function rankBody({ feature, cohort }: PlannedFeature, relations: Relations, raw: string): string {
  if (!cohort || !/^[a-z_]+(\+[a-z_]+)*@-?\d+$/.test(cohort)) throw new Error(`not a cohort: ${cohort}`);
  const { as = 'percentile', minCohort = 10 } = feature.rank!;
  const place = as === 'rank' ? 'r.smaller + 1' : '100 * r.smaller / greatest(1, r.size - 1)';
  const { ofNone } = factsOf(feature.agg);
  const value = ofNone === undefined ? 'v.value' : `coalesce(v.value, ${whole(ofNone)})`;
  const join = ofNone === undefined ? 'JOIN' : 'LEFT JOIN';
  return `SELECT r.ordinal, ${place} AS value
    FROM (SELECT s.ordinal, (rank() OVER (PARTITION BY k.cohort ORDER BY ${value}) - 1)::float8 AS smaller,
                 (count(*) OVER (PARTITION BY k.cohort))::float8 AS size
            FROM ${relations.students} s JOIN ${relations.cohorts} k ON k.name = '${cohort}' AND k.ordinal = s.ordinal
            ${join} "${raw}" v ON v.ordinal = s.ordinal) r
   WHERE r.size >= ${whole(minCohort)}`;
}

function maskList(masks: readonly MaskDay[]): string {
  for (const mask of masks) if (!Object.hasOwn(MASKS, mask)) throw new Error(`not a mask: ${mask}`);
  return masks.map((mask) => `'${mask}'`).join(', ');
}
