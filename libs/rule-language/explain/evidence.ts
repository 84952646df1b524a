import { type Bilingual, WARNING_LEVELS, type WarningLevel } from '#contracts';
import { type DetailEvaluation, type Condition, nullable } from './detail-evaluation.js';
import { compile, type Days, type Plan, type PlannedPredicate, type PlannedRule } from '../plan/compile.js';
import { dateOfDay } from '../language/days.js';
import type { Evaluation } from '../judge/evaluation.js';
import { unitOf } from '../language/aggregates.js';
import { LEVELS } from '../language/rule.js';

/** What one feature was for one student. */
export interface FeatureEvidence {
  metric: string;
  agg: string;
  unit: string;
  value: number | null;
  window: { from: string | null; to: string } | null;
  /** The newest days with data in the window, oldest first; values in the metric's unit. */
  days: { day: string; value: number }[];
  /** Days with data of the days of the window. */
  coverage: string;
  /** Means of days with data, in the metric's unit; `recent`: of the window. It is not in older evidence. */
  baseline?: { from: string; to: string; mean: number | null; n: number; recent?: number | null };
  /** `value`: the one that is ranked, in `unit`. */
  cohort?: { name: string; id: string | null; n: number; place: number | null; value: number | null; unit?: string };
}

/** A source of a rule's metrics, and how fresh it is. What may be undefined is not in older evidence. */
export interface SourceEvidence {
  source: string;
  /** null: nobody declared it. */
  name?: Bilingual | null;
  metrics: string[];
  /** Batches that reach into the windows, and when the newest of them came. */
  batches: number;
  lastReceivedAt: string | null;
  lastHeartbeatAt?: string | null;
  /** The later of the two. */
  seenAt?: string | null;
  /** Students with data on the as-of day, by metric. */
  presence?: Record<string, number>;
}

/** Why a rule holds for a student: complete enough to check by hand. */
export interface Evidence {
  rule: string;
  number: number;
  asOf: string;
  hwm: number;
  /** null: the rule does not hold, or cannot be judged. */
  level: WarningLevel | null;
  features: Record<string, FeatureEvidence>;
  /** The same as of the earlier days that conditions look back from, nearest first. */
  earlier?: { asOf: string; features: Record<string, FeatureEvidence> }[];
  conditions: Condition[];
  /** Right-hand side of the first comparison that holds and matters. */
  threshold: number | null;
  parameters: { version: number; values: Record<string, number> };
  sources: SourceEvidence[];
  /** Set when the data behind a confirmed warning was corrected later. */
  note?: { zh: string; en: string; at: string };
}

/** Days kept for one feature in an evidence. */
const MAX_DAYS = 60;
/** Earlier days kept: all that `for` or `held` over days can look back from; and days of one feature of each. */
const MAX_EARLIER = 13;
const MAX_EARLIER_DAYS = 14;

/** What cohorts are made of, and how many of each have a value. */
export interface CohortFacts {
  /** Ids of units, grade, sex behind a cohort's number, by cohort name. */
  ids: ReadonlyMap<string, readonly string[]>;
  size(key: string, cohort: number): number;
}

/** The features of a rule for the i-th student of a close-up, whose ordinal is given. */
export function featuresFor(
  evaluation: Evaluation,
  features: Readonly<Record<string, string>>,
  detailEvaluation: DetailEvaluation,
  { i, ordinal }: { i: number; ordinal: number },
  cohorts: CohortFacts,
  maxDays = MAX_DAYS,
): Record<string, FeatureEvidence> {
  return Object.fromEntries(
    Object.entries(features).map(([name, key]) => {
      const planned = evaluation.plan.features.get(key)!;
      const { value, raw } = detailEvaluation.feature(key, i);
      const unit = 10 ** planned.metric.decimals;
      const days = planned.days ? detailEvaluation.days(planned, planned.days, i) : [];
      const evidence: FeatureEvidence = {
        metric: planned.metric.code,
        agg: planned.feature.agg,
        unit: unitOf(planned.feature, planned.metric.unit),
        value: nullable(value),
        window: planned.days ? { from: firstDay(planned.days.from), to: dateOfDay(planned.days.to) } : null,
        days: days.slice(-maxDays).map(([day, stored]) => ({ day: dateOfDay(day), value: stored / unit })),
        coverage: coverageOf(days.length, planned.days),
      };
      if (planned.baseline) {
        const base = detailEvaluation.days(planned, planned.baseline, i);
        evidence.baseline = {
          from: dateOfDay(planned.baseline.from),
          to: dateOfDay(planned.baseline.to),
          mean: meanOf(base, unit),
          n: base.length,
          recent: meanOf(days, unit),
        };
      }
      if (planned.cohort !== undefined) {
        const cohort = evaluation.world.cohorts.get(planned.cohort)?.[ordinal] ?? -1;
        evidence.cohort = {
          name: planned.feature.rank!.cohort,
          id: cohorts.ids.get(planned.cohort)?.[cohort] ?? null,
          n: cohort < 0 ? 0 : cohorts.size(key, cohort),
          place: nullable(value),
          value: nullable(raw),
          unit: unitOf({ agg: planned.feature.agg }, planned.metric.unit),
        };
      }
      return [name, evidence];
    }),
  );
}

function meanOf(days: readonly (readonly [day: number, stored: number])[], unit: number): number | null {
  if (days.length === 0) return null;
  return days.reduce((total, [, stored]) => total + stored, 0) / days.length / unit;
}

/** Keys of the features a rule reads as of the earlier days that a predicate looks back from, by the rule's names; nearest first. */
export function earlierFeatures(
  plan: Plan,
  { rule, usedFeatures }: PlannedRule,
  when: PlannedPredicate,
): { asOf: string; features: Record<string, string> }[] {
  const { id, title, features, reason } = rule;
  const metrics = new Map([...plan.features.values()].map(({ metric }) => [metric.code, metric]));
  const days = [...new Set(comparedDays(when))].filter((day) => day !== plan.moment.asOf).sort((a, b) => b - a);
  return days.slice(0, MAX_EARLIER).map((asOf) => {
    // A key follows from the day: the rule's features are worked out as of it once more.
    const moment = { ...plan.moment, asOf, elapsedHours: 24 };
    const [then] = compile([{ id, title, features, level: [], reason }], metrics, moment).rules;
    const used = Object.entries(then!.features).filter(([, key]) => usedFeatures.has(key));
    return { asOf: dateOfDay(asOf), features: Object.fromEntries(used) };
  });
}

function comparedDays(node: PlannedPredicate): number[] {
  if ('all' in node) return node.all.flatMap(comparedDays);
  if ('any' in node) return node.any.flatMap(comparedDays);
  if ('not' in node) return comparedDays(node.not);
  return 'op' in node ? [node.asOf] : [];
}

/** The features of earlier days for the i-th student of a close-up. */
export function earlierFor(
  evaluation: Evaluation,
  earlier: readonly { asOf: string; features: Readonly<Record<string, string>> }[],
  detailEvaluation: DetailEvaluation,
  who: { i: number; ordinal: number },
  cohorts: CohortFacts,
): NonNullable<Evidence['earlier']> {
  return earlier.map(({ asOf, features }) => ({
    asOf,
    features: featuresFor(evaluation, features, detailEvaluation, who, cohorts, MAX_EARLIER_DAYS),
  }));
}

/** What was crossed: the right-hand side of the first comparison that holds and matters. */
export function thresholdOf(conditions: readonly Condition[]): number | null {
  const crossed = conditions.find((condition) => 'op' in condition && condition.holds && !condition.moot);
  return crossed && 'op' in crossed ? crossed.right : null;
}

/** Fills a reason's placeholders: `{feature}`, `{level}`, `{threshold}`; numbers with at most two decimals, `–` when missing. */
export function reasonOf(
  template: { zh: string; en: string },
  evidence: Pick<Evidence, 'features' | 'level' | 'threshold'>,
): { zh: string; en: string } {
  const fill = (text: string, language: 'zh' | 'en'): string =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      if (name === 'level') return evidence.level ? WARNING_LEVELS[evidence.level][language] : '–';
      if (name === 'threshold') return format(evidence.threshold);
      const feature = evidence.features[name];
      return feature ? format(feature.value) : whole;
    });
  return { zh: fill(template.zh, 'zh'), en: fill(template.en, 'en') };
}

function format(value: number | null): string {
  return value === null ? '–' : String(Math.round(value * 100) / 100);
}

function coverageOf(present: number, days: Days): string {
  if (!days) return '0/0';
  const length = days.to - days.from + 1;
  return length > 10_000 ? `${present}` : `${present}/${length}`;
}

function firstDay(day: number): string | null {
  return day > -50_000 ? dateOfDay(day) : null;
}

/** Name of a level's rank. */
export function levelOf(rank: number): WarningLevel {
  return LEVELS[rank] as WarningLevel;
}
