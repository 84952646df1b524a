import { type Accumulator, DaysOver, Distinct, LastSeen, NEVER, Pick, Squares, Streaks, Sums } from './accumulators.js';
import type { Days, PlannedFeature } from './compile.js';
import type { MaskDay } from './language.js';
import type { Calendar } from './masks.js';

interface Slot {
  metric: number;
  days: { from: number; to: number };
  masks: readonly MaskDay[];
  accumulator: Accumulator;
}

/** The accumulators that features are made of; equal ones are shared. */
export class Accumulators {
  private readonly slots = new Map<string, Slot>();
  private readonly byMetric = new Map<number, Slot[]>();

  constructor(
    private readonly lanes: number,
    readonly calendar: Calendar,
  ) {}

  /** Makes what the feature needs, so that it is there when the days come: reading it for no lane asks for all of it. */
  prepare(feature: PlannedFeature): void {
    valuesOf(feature, this, { asOf: 0, elapsedHours: 24 }, 0);
  }

  get<T extends Accumulator>(feature: PlannedFeature, days: Days, kind: string, make: () => T): T | undefined {
    if (!days) return undefined;
    const masks =
      kind.startsWith('streak') || kind.startsWith('seen') ? [...feature.exclude, ...feature.pause] : feature.exclude;
    const number = feature.metric.number;
    const key = `${number} ${days.from} ${days.to} ${masks.join('|')} ${kind}`;
    let slot = this.slots.get(key);
    if (!slot) {
      slot = { metric: number, days, masks, accumulator: make() };
      this.slots.set(key, slot);
      this.byMetric.set(number, [...(this.byMetric.get(number) ?? []), slot]);
    }
    return slot.accumulator as T;
  }

  sums(feature: PlannedFeature, days: Days): Sums | undefined {
    return this.get(feature, days, 'sums', () => new Sums(this.lanes));
  }

  squares(feature: PlannedFeature, days: Days): Squares | undefined {
    return this.get(feature, days, 'squares', () => new Squares(this.lanes));
  }

  pick(feature: PlannedFeature, which: 'max' | 'min' | 'last'): Pick | undefined {
    return this.get(feature, feature.days, which, () => new Pick(this.lanes, which));
  }

  daysOver(feature: PlannedFeature): DaysOver | undefined {
    return this.get(feature, feature.days, `over ${spanKey(feature)}`, () => new DaysOver(this.lanes, feature.span));
  }

  lastSeen(feature: PlannedFeature): LastSeen | undefined {
    return this.get(feature, feature.days, `seen ${spanKey(feature)}`, () => new LastSeen(this.lanes, feature.span));
  }

  streaks(feature: PlannedFeature): Streaks | undefined {
    return this.get(
      feature,
      feature.days,
      `streak ${spanKey(feature)} ${feature.pause.join('|')}`,
      () => new Streaks(this.lanes, feature.span, (lane, a, b) => this.calendar.daysBetween(feature.pause, lane, a, b)),
    );
  }

  distinct(feature: PlannedFeature): Distinct | undefined {
    return this.get(feature, feature.days, 'distinct', () => new Distinct(this.lanes));
  }

  /** Metrics with the days that are needed of them. */
  needs(): { metric: number; from: number; to: number }[] {
    return [...this.byMetric].map(([metric, slots]) => ({
      metric,
      from: Math.min(...slots.map((slot) => slot.days.from)),
      to: Math.max(...slots.map((slot) => slot.days.to)),
    }));
  }

  /** One day's vector of a metric; days must come in ascending order. */
  feed(metric: number, day: number, first: number, values: Int32Array): void {
    let withoutLeave: Int32Array | undefined;
    for (const { days, masks, accumulator } of this.byMetric.get(metric) ?? []) {
      if (day < days.from || day > days.to) continue;
      if (masks.includes('holiday') && this.calendar.isHoliday(day)) continue;
      if (masks.includes('leave')) {
        withoutLeave ??= this.calendar.withoutLeave(day, first, values);
        accumulator.add(day, first, withoutLeave);
      } else {
        accumulator.add(day, first, values);
      }
    }
  }
}

function spanKey({ span }: PlannedFeature): string {
  return `${span.lo}-${span.hi}`;
}

/** Values of a feature in its unit, by lane; NaN = missing. Ranks and defaults are not applied yet. */
export function valuesOf(
  feature: PlannedFeature,
  from: Accumulators,
  moment: { asOf: number; elapsedHours: number },
  lanes: number,
): Float64Array {
  const values = new Float64Array(lanes).fill(NaN);
  const { agg, minData = 1 } = feature.feature;
  const unit = 10 ** feature.metric.decimals;
  const fill = (valueOf: (lane: number) => number): Float64Array => {
    for (let lane = 0; lane < lanes; lane++) values[lane] = valueOf(lane);
    return values;
  };
  if (agg === 'hours_since_last') {
    const seen = from.lastSeen(feature);
    return seen ? fill((lane) => hoursSince(feature, from.calendar, lane, seen, moment)) : values;
  }
  const sums = from.sums(feature, feature.days);
  const enough = (lane: number): boolean => sums!.count[lane]! >= minData;
  switch (agg) {
    case 'sum':
      return sums ? fill((lane) => (enough(lane) ? sums.sum[lane]! / unit : NaN)) : values;
    case 'avg':
      return sums ? fill((lane) => (enough(lane) ? sums.sum[lane]! / (sums.count[lane]! * unit) : NaN)) : values;
    case 'count':
      return sums ? fill((lane) => sums.count[lane]!) : values;
    case 'max':
    case 'min':
    case 'last': {
      const pick = from.pick(feature, agg);
      return pick ? fill((lane) => (enough(lane) ? pick.value[lane]! / unit : NaN)) : values;
    }
    case 'days_over': {
      const over = from.daysOver(feature);
      return over ? fill((lane) => (enough(lane) ? over.days[lane]! : NaN)) : values;
    }
    case 'distinct': {
      const distinct = from.distinct(feature);
      return distinct ? fill((lane) => (enough(lane) ? distinct.size(lane) : NaN)) : values;
    }
    case 'streak': {
      const streaks = from.streaks(feature);
      return streaks ? fill((lane) => (enough(lane) ? streaks.at(lane, feature.days!.to) : NaN)) : values;
    }
    case 'ratio':
    case 'zscore':
      return againstBaseline(feature, from, fill, values);
  }
}

/**
 * Counted from the end of the day it was last seen on (whoever was seen at 23:59 has not been away longer) to the end of what is
 * known: when the whole metric has fallen silent, nobody's absence grows.
 */
function hoursSince(
  { pause }: PlannedFeature,
  calendar: Calendar,
  lane: number,
  { day: days, newest }: LastSeen,
  { asOf, elapsedHours }: { asOf: number; elapsedHours: number },
): number {
  const day = days[lane]!;
  if (day === NEVER) return NaN;
  const until = Math.min(asOf, newest);
  if (day >= until) return 0;
  const fullDays = until - day - 1 - calendar.daysBetween(pause, lane, day, until);
  const lastHours = until === asOf ? elapsedHours : 24;
  return 24 * fullDays + (calendar.covers(pause, lane, until) ? 0 : lastHours);
}

function againstBaseline(
  feature: PlannedFeature,
  from: Accumulators,
  fill: (valueOf: (lane: number) => number) => Float64Array,
  missing: Float64Array,
): Float64Array {
  const { agg, minData = 7, minSd = 0 } = feature.feature;
  const sums = from.sums(feature, feature.days);
  const base = from.sums(feature, feature.baseline);
  const squares = agg === 'zscore' ? from.squares(feature, feature.baseline) : undefined;
  if (!sums || !base) return missing;
  const unit = 10 ** feature.metric.decimals;
  return fill((lane) => {
    const days = sums.count[lane]!;
    const n = base.count[lane]!;
    if (days === 0 || n < Math.max(1, minData)) return NaN;
    const mean = base.sum[lane]! / n;
    const average = sums.sum[lane]! / days;
    if (!squares) return mean > 0 ? average / mean : NaN;
    const deviation = Math.sqrt(Math.max(0, n * squares.sum[lane]! - base.sum[lane]! ** 2)) / n;
    return deviation > 0 && deviation >= minSd * unit ? (average - mean) / deviation : NaN;
  });
}

/** Cohorts of students: the cohort's number by lane, -1 for none. */
export type Cohorts = Int32Array;

export interface Ranked {
  values: Float64Array;
  /** Students with a value, by cohort number. */
  sizes: Map<number, number>;
}

/**
 * Place of each value in its cohort, among the students with a value. `percentile`: 100 × share of the others that are smaller
 * (PostgreSQL's percent_rank × 100); `rank`: 1 = smallest, equals share the smaller rank. Too small a cohort: missing.
 */
export function rankInCohorts(
  values: Float64Array,
  cohorts: Cohorts,
  as: 'percentile' | 'rank',
  minCohort: number,
): Ranked {
  const members = new Map<number, number[]>();
  for (let lane = 0; lane < values.length; lane++) {
    const cohort = cohorts[lane] ?? -1;
    if (cohort < 0 || Number.isNaN(values[lane]!)) continue;
    const list = members.get(cohort);
    if (list) list.push(lane);
    else members.set(cohort, [lane]);
  }
  const ranked = new Float64Array(values.length).fill(NaN);
  const sizes = new Map<number, number>();
  for (const [cohort, lanes] of members) {
    sizes.set(cohort, lanes.length);
    if (lanes.length < minCohort) continue;
    lanes.sort((a, b) => values[a]! - values[b]!);
    let smaller = 0;
    for (let i = 0; i < lanes.length; i++) {
      if (i > 0 && values[lanes[i]!] !== values[lanes[i - 1]!]) smaller = i;
      ranked[lanes[i]!] = as === 'rank' ? smaller + 1 : (100 * smaller) / Math.max(1, lanes.length - 1);
    }
  }
  return { values: ranked, sizes };
}
