import { WITHOUT_OFFSET } from '../language/aggregates.js';
import { dayOf, mondayOf } from '../language/days.js';
import {
  type Comparison,
  type Constant,
  type Expression,
  type Feature,
  ladderOf,
  type MaskDay,
  type MetricInfo,
  type Period,
  type Predicate,
  type Rule,
  TERM_WEEKS,
  type TermWeeks,
  type Where,
} from '../language/rule.js';
import { MAX_STORED } from '../language/limits.js';

/** Whole numbers lo … hi; what a `where` comes down to on stored values. */
export interface Span {
  lo: number;
  hi: number;
}

/** First and last day of a window, inclusive; undefined when it does not exist (no term). */
export type Days = { from: number; to: number } | undefined;

/** When and under which school numbers rules are judged. */
export interface Moment {
  asOf: number;
  /** Hours of the as-of day that have passed: 24 for a complete day. */
  elapsedHours: number;
  /** First and last day of the school's terms, in their order. */
  terms?: readonly { from: number; to: number }[];
  /** The school's parameters, by name. */
  parameters: Readonly<Record<string, number>>;
}

/** A feature with its windows and numbers worked out. Equal features of several rules are one. */
export interface PlannedFeature {
  key: string;
  feature: Feature;
  metric: MetricInfo;
  days: Days;
  /** The days of the own baseline. */
  baseline: Days;
  span: Span;
  exclude: MaskDay[];
  pause: MaskDay[];
  /** The day the feature looks back from, and its hours: the as-of day, or the end of an earlier period. */
  asOf: number;
  elapsedHours: number;
  /** Name of the cohort table a rank is taken in, `college+grade@20410`: cohorts are those of the day. */
  cohort: string | undefined;
}

/** A predicate with its parameters, days and features worked out. */
export type PlannedPredicate =
  | { op: Comparison; left: PlannedNumber; right: PlannedNumber; pointer: string; asOf: number }
  | { all: PlannedPredicate[] }
  | { any: PlannedPredicate[] }
  | { not: PlannedPredicate }
  /** Whether the day is one of these for the student. */
  | { masks: MaskDay[]; day: number; pointer: string }
  /** Decided by the day alone. `week`: what `termWeek` or `termWeeksLeft` compares; null = outside of terms. */
  | { truth: boolean; pointer: string; week?: number | null };

export type PlannedNumber =
  | number
  | { feature: string }
  | { mul: PlannedNumber[] }
  | { add: PlannedNumber[] }
  | { sub: [PlannedNumber, PlannedNumber] };

export interface PlannedStep {
  rank: number;
  when: PlannedPredicate;
}

export interface PlannedRule {
  rule: Rule;
  /** Mildest first; none when the rule is not in force on the day. */
  steps: PlannedStep[];
  clear: PlannedPredicate | undefined;
  /** Keys of the planned features as of the as-of day, by the rule's names. */
  features: Record<string, string>;
  /** Keys of all planned features the rule reads, those of earlier days too. */
  usedFeatures: ReadonlySet<string>;
}

export interface Plan {
  moment: Moment;
  features: Map<string, PlannedFeature>;
  rules: PlannedRule[];
}

/** Beyond every day there can be. */
export const BEGINNING = -100_000;

/** Works out windows, parameters and shared features of checked rules. */
export function compile(rules: readonly Rule[], metrics: ReadonlyMap<string, MetricInfo>, moment: Moment): Plan {
  const features = new Map<string, PlannedFeature>();
  return { moment, features, rules: rules.map((rule) => new RulePlanner(rule, metrics, features).plan(moment)) };
}

class RulePlanner {
  private readonly used = new Set<string>();

  constructor(
    private readonly rule: Rule,
    private readonly metrics: ReadonlyMap<string, MetricInfo>,
    private readonly planned: Map<string, PlannedFeature>,
  ) {}

  plan(moment: Moment): PlannedRule {
    const { rule } = this;
    const times = rule.for === undefined ? 1 : number(rule.for);
    const steps = ladderOf(rule).map(({ rank, when, pointer }) => ({
      rank,
      when: this.held(when, 'day', times, moment, pointer),
    }));
    const names = Object.keys(rule.features);
    return {
      rule,
      steps: inForce(rule, moment.asOf) ? steps : [],
      clear: rule.clearWhen && this.predicate(rule.clearWhen, moment, '/clearWhen'),
      features: Object.fromEntries(names.map((name) => [name, this.feature(name, moment)])),
      usedFeatures: this.used,
    };
  }

  private held(when: Predicate, each: Period, times: number, moment: Moment, pointer: string): PlannedPredicate {
    if (times === 1) return this.predicate(when, moment, pointer);
    const all: PlannedPredicate[] = [];
    for (let back = 0; back < times; back++) {
      const then = earlier(moment, each, back);
      all.push(then ? this.predicate(when, then, pointer) : { truth: false, pointer });
    }
    return { all };
  }

  private predicate(node: Predicate, moment: Moment, pointer: string): PlannedPredicate {
    const [key, inner] = Object.entries(node)[0] as [string, unknown];
    const here = `${pointer}/${key}`;
    if (key === 'all' || key === 'any') {
      const parts = (inner as Predicate[]).map((one, i) => this.predicate(one, moment, `${here}/${i}`));
      return key === 'all' ? { all: parts } : { any: parts };
    }
    if (key === 'not') return { not: this.predicate(inner as Predicate, moment, here) };
    if (key === 'calendar')
      return { masks: (inner as string).split('|') as MaskDay[], day: moment.asOf, pointer: here };
    if (Object.hasOwn(TERM_WEEKS, key)) {
      const week = weekOf(key as TermWeeks, moment);
      return { truth: week !== null && isWithin(week, inner as Where, moment), pointer: here, week };
    }
    if (key === 'held') {
      const { when, each, times } = inner as { when: Predicate; each: Period; times: number };
      return this.held(when, each, times, moment, `${here}/when`);
    }
    const [left, right] = (inner as [Expression, Expression]).map((side) => this.number(side, moment));
    return { op: key as Comparison, left: left!, right: right!, pointer: here, asOf: moment.asOf };
  }

  private number(node: Expression, moment: Moment): PlannedNumber {
    if (typeof node === 'number' || '$p' in node) return constantOf(node, moment.parameters);
    if ('f' in node) return { feature: this.feature(node.f, moment) };
    if ('mul' in node) return { mul: node.mul.map((part) => this.number(part, moment)) };
    if ('add' in node) return { add: node.add.map((part) => this.number(part, moment)) };
    return { sub: node.sub.map((part) => this.number(part, moment)) as [PlannedNumber, PlannedNumber] };
  }

  private feature(name: string, moment: Moment): string {
    const plan = planFeature(this.rule.features[name]!, this.metrics, moment);
    if (!this.planned.has(plan.key)) this.planned.set(plan.key, plan);
    this.used.add(plan.key);
    return plan.key;
  }
}

function inForce({ effective }: Rule, asOf: number): boolean {
  const { from, to } = effective ?? {};
  return (from === undefined || dayOf(from) <= asOf) && (to === undefined || asOf <= dayOf(to));
}

/** The moment at the end of the period `back` periods ago; undefined when there was none. */
function earlier(moment: Moment, each: Period, back: number): Moment | undefined {
  if (back === 0) return moment;
  const { asOf, terms = [] } = moment;
  if (each === 'day') return { ...moment, asOf: asOf - back, elapsedHours: 24 };
  if (each === 'iso_week') return { ...moment, asOf: mondayOf(asOf) - 1 - 7 * (back - 1), elapsedHours: 24 };
  const current = terms.findLastIndex(({ from }) => from <= asOf);
  const term = current < back ? undefined : terms[current - back];
  return term && { ...moment, asOf: term.to, elapsedHours: 24 };
}

function termAt({ asOf, terms = [] }: Moment): { from: number; to: number } | undefined {
  return terms.find(({ from, to }) => from <= asOf && asOf <= to);
}

/** Weeks from 1, or down to 0; null outside of terms. */
function weekOf(key: TermWeeks, moment: Moment): number | null {
  const term = termAt(moment);
  if (!term) return null;
  const monday = mondayOf(moment.asOf);
  return key === 'termWeek' ? (monday - mondayOf(term.from)) / 7 + 1 : (mondayOf(term.to) - monday) / 7;
}

function isWithin(value: number, where: Where, { parameters }: Moment): boolean {
  const { lo, hi } = spanOf(where, 0, parameters);
  return lo <= value && value <= hi;
}

function planFeature(feature: Feature, metrics: ReadonlyMap<string, MetricInfo>, moment: Moment): PlannedFeature {
  const metric = metrics.get(feature.metric);
  if (!metric) throw new Error(`no metric ${feature.metric}: rules must be checked before they are compiled`);
  const days = daysOf(feature, moment);
  const length = feature.baseline === undefined ? undefined : number(feature.baseline);
  const { agg, minData, minSd, rank, default: value } = feature;
  const plan = {
    metric,
    days,
    baseline: days && length !== undefined ? { from: days.from - length, to: days.from - 1 } : undefined,
    span: spanOf(feature.where ?? { gt: 0 }, metric.decimals, moment.parameters),
    exclude: [...(feature.calendar?.exclude ?? [])].sort(),
    pause: [...(feature.calendar?.pause ?? [])].sort(),
    cohort: rank && `${rank.cohort}@${moment.asOf}`,
  };
  const key = JSON.stringify([
    ...[
      metric.number,
      agg,
      plan.days,
      plan.baseline,
      plan.span,
      plan.exclude,
      plan.pause,
      minData,
      minSd,
      rank,
      plan.cohort,
    ],
    ...[value, WITHOUT_OFFSET.has(agg) ? [moment.asOf, moment.elapsedHours] : 0],
  ]);
  return { key, feature, ...plan, asOf: moment.asOf, elapsedHours: moment.elapsedHours };
}

function daysOf(feature: Feature, moment: Moment): Days {
  const { window = 'all', offset } = feature;
  const { asOf } = moment;
  if (window === 'iso_week') {
    const weeks = offset === undefined ? 0 : number(offset);
    const monday = mondayOf(asOf) - 7 * weeks;
    return { from: monday, to: weeks === 0 ? asOf : monday + 6 };
  }
  if (window === 'term') {
    const term = termAt(moment);
    if (!term || offset === undefined) return term && { from: term.from, to: asOf };
    const { terms = [] } = moment;
    return terms[terms.indexOf(term) - number(offset)];
  }
  const to = asOf - (offset === undefined ? 0 : number(offset));
  if (window === 'all') return { from: BEGINNING, to };
  return { from: to - number(window) + 1, to };
}

/** `28d` → 28. */
function number(text: string): number {
  return Number(text.slice(0, -1));
}

/** The stored values that meet a condition given in the metric's unit. */
export function spanOf(where: Where, decimals: number, parameters: Readonly<Record<string, number>>): Span {
  let lo = 0;
  let hi = MAX_STORED;
  for (const [comparison, constant] of Object.entries(where)) {
    // Cut to what decimals can mean, so that 0.07 × 100 is 7.
    const value = Number((constantOf(constant as Constant, parameters) * 10 ** decimals).toFixed(6));
    if (comparison === 'ge' || comparison === 'eq') lo = Math.max(lo, Math.ceil(value));
    if (comparison === 'gt') lo = Math.max(lo, Math.floor(value) + 1);
    if (comparison === 'le' || comparison === 'eq') hi = Math.min(hi, Math.floor(value));
    if (comparison === 'lt') hi = Math.min(hi, Math.ceil(value) - 1);
  }
  // Bounds of what nothing can meet may be no int32.
  return lo <= hi ? { lo, hi } : { lo: 1, hi: 0 };
}

export function constantOf(constant: Constant, parameters: Readonly<Record<string, number>>): number {
  return typeof constant === 'number' ? constant : (parameters[constant.$p] ?? constant.default);
}
