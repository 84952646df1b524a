import type { Span } from './accumulators.js';
import { mondayOf } from './days.js';
import {
  type Constant,
  type Feature,
  ladderOf,
  type MaskDay,
  type MetricInfo,
  type Rule,
  type Step,
  type Where,
} from './language.js';

/** First and last day of a window, inclusive; undefined when it does not exist (no term). */
export type Days = { from: number; to: number } | undefined;

/** When and under which school numbers rules are judged. */
export interface Moment {
  asOf: number;
  /** Hours of the as-of day that have passed: 24 for a complete day. */
  elapsedHours: number;
  /** First day of the term the day lies in. */
  termStart?: number | undefined;
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
}

export interface PlannedRule {
  rule: Rule;
  steps: Step[];
  /** Keys of the planned features, by the rule's names. */
  features: Record<string, string>;
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
  const planned = rules.map((rule): PlannedRule => {
    const keys = Object.entries(rule.features).map(([name, feature]) => {
      const plan = planFeature(feature, metrics, moment);
      if (!features.has(plan.key)) features.set(plan.key, plan);
      return [name, plan.key] as const;
    });
    return { rule, steps: ladderOf(rule), features: Object.fromEntries(keys) };
  });
  return { moment, features, rules: planned };
}

function planFeature(feature: Feature, metrics: ReadonlyMap<string, MetricInfo>, moment: Moment): PlannedFeature {
  const metric = metrics.get(feature.metric);
  if (!metric) throw new Error(`no metric ${feature.metric}: rules must be checked before they are compiled`);
  const days = daysOf(feature, moment);
  const length = feature.baseline === undefined ? undefined : number(feature.baseline);
  const plan = {
    metric,
    days,
    baseline: days && length !== undefined ? { from: days.from - length, to: days.from - 1 } : undefined,
    span: spanOf(feature.where ?? { gt: 0 }, metric.decimals, moment.parameters),
    exclude: [...(feature.calendar?.exclude ?? [])].sort(),
    pause: [...(feature.calendar?.pause ?? [])].sort(),
  };
  const { agg, minData, minSd, rank, default: value } = feature;
  const key = JSON.stringify([
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
    value,
  ]);
  return { key, feature, ...plan };
}

function daysOf(feature: Feature, { asOf, termStart }: Moment): Days {
  const { window = 'all', offset } = feature;
  if (window === 'iso_week') {
    const weeks = offset === undefined ? 0 : number(offset);
    const monday = mondayOf(asOf) - 7 * weeks;
    return { from: monday, to: weeks === 0 ? asOf : monday + 6 };
  }
  const to = asOf - (offset === undefined ? 0 : number(offset));
  if (window === 'all') return { from: BEGINNING, to };
  if (window === 'term') return termStart === undefined ? undefined : { from: termStart, to: asOf };
  return { from: to - number(window) + 1, to };
}

/** `28d` → 28. */
function number(text: string): number {
  return Number(text.slice(0, -1));
}

/** The stored values that meet a condition given in the metric's unit. */
export function spanOf(where: Where, decimals: number, parameters: Readonly<Record<string, number>>): Span {
  let lo = 0;
  let hi = 2_147_483_647;
  for (const [comparison, constant] of Object.entries(where)) {
    // Cut to what decimals can mean, so that 0.07 × 100 is 7.
    const value = Number((constantOf(constant as Constant, parameters) * 10 ** decimals).toFixed(6));
    if (comparison === 'ge' || comparison === 'eq') lo = Math.max(lo, Math.ceil(value));
    if (comparison === 'gt') lo = Math.max(lo, Math.floor(value) + 1);
    if (comparison === 'le' || comparison === 'eq') hi = Math.min(hi, Math.floor(value));
    if (comparison === 'lt') hi = Math.min(hi, Math.ceil(value) - 1);
  }
  return { lo, hi };
}

export function constantOf(constant: Constant, parameters: Readonly<Record<string, number>>): number {
  return typeof constant === 'number' ? constant : (parameters[constant.$p] ?? constant.default);
}
