import type { Bilingual } from '#contracts';

/** What is to be known of an aggregate. What is left out is not so. */
interface Facts extends Bilingual {
  /** Unit of its value, where it is not the metric's. */
  unit?: 'h' | 'day' | '1';
  /** `where` says which days count. */
  where?: 'optional' | 'required';
  /** Compares the window with the student's own days before it, which `baseline` names. */
  baseline?: true;
  /** Counts deviations of that baseline: takes `minSd`, and students are not told the number. */
  deviations?: true;
  /** Looks at days one by one, so that days without data and paused days matter: takes `pause`. */
  dayByDay?: true;
  /** Counts from the hour of the judgement: its window cannot be moved. */
  untilNow?: true;
  /** How few days with data there are does not make it missing: takes no `minData`. */
  anyData?: true;
  /** Value of a student without data; else it is missing. */
  ofNone?: 0;
  /** The value as people say it; `{…}` is filled in by explain/figures.ts. */
  said: Bilingual;
}

/**
 * What a feature makes of a metric's days in its window. Missing means: not enough data to say. This table is what the check, the text, the
 * schema, the cost, the evidence, the sentences and docs/rules.md know of an aggregate; how it is worked out is in judge/features.ts
 * and sql/sql-features.ts, which do not compile without it.
 */
export const AGGREGATES = {
  sum: {
    zh: '合计',
    en: 'sum',
    said: { zh: '{name} {amount}', en: '{name} {amount}' },
  },
  avg: {
    zh: '有数据日的平均',
    en: 'average over days with data',
    said: {
      zh: '{name}平均每天 {amount}（按有记录的日子）',
      en: '{name} {amount} a day on average (of days with records)',
    },
  },
  count: {
    zh: '有数据的天数（从不缺失）',
    en: 'number of days with data (never missing)',
    unit: 'day',
    anyData: true,
    ofNone: 0,
    said: { zh: '{name}有记录的日子 {days}', en: '{name} on record on {days}' },
  },
  max: {
    zh: '最大值',
    en: 'largest value of a day',
    said: { zh: '{name}最多的一天 {amount}', en: '{name} {amount} on the highest day' },
  },
  min: {
    zh: '最小值',
    en: 'smallest value of a day',
    said: { zh: '{name}最少的一天 {amount}', en: '{name} {amount} on the lowest day' },
  },
  last: {
    zh: '最近一天的值',
    en: 'value of the latest day with data',
    said: { zh: '{name} {amount}（最近一次记录）', en: '{name} {amount} (latest record)' },
  },
  hours_since_last: {
    zh: '距最近一次出现至少多少小时（默认值大于 0 为出现），算到该指标最近有任何人数据为止',
    en: 'at least so many hours since the latest day that counts (by default: value > 0), up to the latest data of anybody',
    unit: 'h',
    where: 'optional',
    dayByDay: true,
    untilNow: true,
    anyData: true,
    said: { zh: '距上次{deed}已至少 {amount}', en: 'at least {amount} since the last {deed}' },
  },
  days_over: {
    zh: '满足条件的天数',
    en: 'number of days that meet `where`',
    unit: 'day',
    where: 'required',
    said: { zh: '{counted}的日子 {days}', en: '{counted} on {days}' },
  },
  streak: {
    zh: '截至当日连续满足条件的天数',
    en: 'consecutive days up to the day that meet `where`',
    unit: 'day',
    where: 'required',
    dayByDay: true,
    said: { zh: '{counted}的日子连续 {days}', en: '{counted} on {days} in a row' },
  },
  distinct: {
    zh: '不同取值的个数',
    en: 'number of different values',
    unit: '1',
    said: { zh: '{name}有 {number} 种不同的数值', en: '{name} with {number} different {values}' },
  },
  ratio: {
    zh: '窗口日均与本人基线日均之比',
    en: 'average of the window over the average of the own baseline',
    unit: '1',
    baseline: true,
    said: { zh: '{name}{usual}', en: '{name}{usual}' },
  },
  zscore: {
    zh: '窗口日均相对本人基线的标准分',
    en: 'how many deviations of the own baseline the average is away from it',
    unit: '1',
    baseline: true,
    deviations: true,
    said: { zh: '{name}{usual}', en: '{name}{usual}' },
  },
} as const satisfies Record<string, Facts>;
export type Aggregate = keyof typeof AGGREGATES;

type With<F extends keyof Facts> = {
  [A in Aggregate]: (typeof AGGREGATES)[A] extends { [K in F]: unknown } ? A : never;
}[Aggregate];
export type DayByDay = With<'dayByDay'>;
export type Compared = With<'baseline'>;

export function factsOf(agg: Aggregate): Facts {
  return AGGREGATES[agg];
}

export function isAggregate(name: unknown): name is Aggregate {
  return typeof name === 'string' && Object.hasOwn(AGGREGATES, name);
}

export function isDayByDay(agg: Aggregate): agg is DayByDay {
  return factsOf(agg).dayByDay === true;
}

/** Aggregates of which something is so, in the order of the table. */
function those(are: (facts: Facts) => boolean): ReadonlySet<Aggregate> {
  return new Set((Object.keys(AGGREGATES) as Aggregate[]).filter((agg) => are(factsOf(agg))));
}

export const WITH_WHERE = those(({ where }) => where !== undefined);
export const NEEDS_WHERE = those(({ where }) => where === 'required');
export const WITH_BASELINE = those(({ baseline }) => baseline === true);
export const IN_DEVIATIONS = those(({ deviations }) => deviations === true);
export const WITH_PAUSE = those(({ dayByDay }) => dayByDay === true);
export const WITHOUT_OFFSET = those(({ untilNow }) => untilNow === true);
export const WITHOUT_MIN_DATA = those(({ anyData }) => anyData === true);

/** Unit of what a feature yields. */
export function unitOf(feature: { agg: string; rank?: { as?: string } | undefined }, metricUnit: string): string {
  if (feature.rank) return feature.rank.as === 'rank' ? 'place' : '%';
  return (isAggregate(feature.agg) && factsOf(feature.agg).unit) || metricUnit;
}

/** Least days with data in a baseline, unless told. */
export const BASELINE_DATA = 7;

/** Days with data (in the baseline, where there is one) without which a feature is missing. */
export function leastData({ agg, minData }: { agg: Aggregate; minData?: number }): number {
  return minData ?? (factsOf(agg).baseline ? BASELINE_DATA : 1);
}
