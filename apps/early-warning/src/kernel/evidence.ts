import { WARNING_LEVELS, type WarningLevel } from '#contracts';
import type { Days } from './compile.js';
import { dateOfDay } from './days.js';
import type { Condition, Evaluation } from './evaluation.js';
import { LEVELS, type MaskDay } from './language.js';

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
  baseline?: { from: string; to: string; mean: number | null; n: number };
  cohort?: { name: string; id: string | null; n: number; place: number | null; value: number | null };
}

/** Why a rule holds for a student: complete enough to check by hand. */
export interface Evidence {
  rule: string;
  number: number;
  asOf: string;
  hwm: number;
  level: WarningLevel;
  features: Record<string, FeatureEvidence>;
  conditions: Condition[];
  /** Right-hand side of the first comparison that holds. */
  threshold: number | null;
  parameters: { version: number; values: Record<string, number> };
  sources: { source: string; metrics: string[]; batches: number; lastReceivedAt: string }[];
  /** Set when the data behind a confirmed warning was corrected later. */
  note?: { zh: string; en: string; at: string };
}

/** Days kept for one feature in an evidence. */
const MAX_DAYS = 60;

type DayValue = [day: number, value: number];

/** Gathers the days behind features for a few students, in a second pass over the days. */
export class DayLists {
  private readonly wanted = new Map<
    number,
    { from: number; to: number; exclude: MaskDay[]; lists: Map<number, DayValue[]> }[]
  >();
  private readonly byKey = new Map<string, Map<number, DayValue[]>>();

  constructor(
    private readonly evaluation: Evaluation,
    keys: Iterable<string>,
    private readonly lanes: readonly number[],
  ) {
    for (const key of new Set(keys)) {
      const { metric, days, baseline, exclude } = evaluation.plan.features.get(key)!;
      this.want(key, metric.number, days, exclude);
      this.want(`${key} baseline`, metric.number, baseline, exclude);
    }
  }

  needs(): { metric: number; from: number; to: number }[] {
    return [...this.wanted].map(([metric, ranges]) => ({
      metric,
      from: Math.min(...ranges.map((range) => range.from)),
      to: Math.max(...ranges.map((range) => range.to)),
    }));
  }

  feed(metric: number, day: number, first: number, values: Int32Array): void {
    for (const { from, to, exclude, lists } of this.wanted.get(metric) ?? []) {
      if (day < from || day > to) continue;
      for (const lane of this.lanes) {
        const value = values[lane - first] ?? -1;
        if (value < 0 || this.evaluation.calendar.covers(exclude, lane, day)) continue;
        const list = lists.get(lane);
        if (list) list.push([day, value]);
        else lists.set(lane, [[day, value]]);
      }
    }
  }

  of(lane: number, key: string): DayValue[] {
    return this.byKey.get(key)?.get(lane) ?? [];
  }

  private want(key: string, metric: number, days: Days, exclude: MaskDay[]): void {
    if (!days) return;
    const lists = new Map<number, DayValue[]>();
    this.byKey.set(key, lists);
    this.wanted.set(metric, [...(this.wanted.get(metric) ?? []), { ...days, exclude, lists }]);
  }
}

/** The features of a rule for one student. `cohortIds`: the units behind a cohort's number, by cohort name. */
export function featuresFor(
  evaluation: Evaluation,
  ruleIndex: number,
  lane: number,
  lists: DayLists,
  cohortIds: ReadonlyMap<string, readonly string[]>,
): Record<string, FeatureEvidence> {
  const { features } = evaluation.plan.rules[ruleIndex]!;
  return Object.fromEntries(
    Object.entries(features).map(([name, key]) => {
      const planned = evaluation.plan.features.get(key)!;
      const { values, raw, sizes } = evaluation.feature(key);
      const unit = 10 ** planned.metric.decimals;
      const days = lists.of(lane, key);
      const evidence: FeatureEvidence = {
        metric: planned.metric.code,
        agg: planned.feature.agg,
        unit: unitOf(planned.feature, planned.metric.unit),
        value: nullable(values[lane]!),
        window: planned.days ? { from: firstDay(planned.days.from), to: dateOfDay(planned.days.to) } : null,
        days: days.slice(-MAX_DAYS).map(([day, value]) => ({ day: dateOfDay(day), value: value / unit })),
        coverage: coverageOf(days.length, planned.days),
      };
      if (planned.baseline) {
        const base = lists.of(lane, `${key} baseline`);
        const sum = base.reduce((total, [, value]) => total + value, 0);
        evidence.baseline = {
          from: dateOfDay(planned.baseline.from),
          to: dateOfDay(planned.baseline.to),
          mean: base.length > 0 ? sum / base.length / unit : null,
          n: base.length,
        };
      }
      const { rank } = planned.feature;
      if (rank) {
        const cohort = evaluation.cohorts.get(rank.cohort)?.[lane] ?? -1;
        evidence.cohort = {
          name: rank.cohort,
          id: cohortIds.get(rank.cohort)?.[cohort] ?? null,
          n: sizes?.get(cohort) ?? 0,
          place: nullable(values[lane]!),
          value: nullable(raw[lane]!),
        };
      }
      return [name, evidence];
    }),
  );
}

/** What was crossed: the right-hand side of the first comparison that holds. */
export function thresholdOf(conditions: readonly Condition[]): number | null {
  return conditions.find((condition) => condition.holds)?.right ?? null;
}

/** Unit of what a feature yields. */
export function unitOf(feature: { agg: string; rank?: { as?: string } | undefined }, metricUnit: string): string {
  if (feature.rank) return feature.rank.as === 'rank' ? 'place' : '%';
  if (feature.agg === 'hours_since_last') return 'h';
  if (['count', 'days_over', 'streak'].includes(feature.agg)) return 'day';
  return ['ratio', 'zscore', 'distinct'].includes(feature.agg) ? '1' : metricUnit;
}

/** Fills a reason's placeholders: `{feature}`, `{level}`, `{threshold}`; numbers with at most two decimals, `–` when missing. */
export function reasonOf(
  template: { zh: string; en: string },
  evidence: Pick<Evidence, 'features' | 'level' | 'threshold'>,
): { zh: string; en: string } {
  const fill = (text: string, language: 'zh' | 'en'): string =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      if (name === 'level') return WARNING_LEVELS[evidence.level][language];
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

function nullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** Name of a level's rank. */
export function levelOf(rank: number): WarningLevel {
  return LEVELS[rank] as WarningLevel;
}
