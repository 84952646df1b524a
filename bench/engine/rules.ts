import type { Feature, Predicate, Rule } from '#rule-language';

type Features = Record<string, Feature>;

const FIRST_TEN = ['gate', 'spend', 'net', 'night_net', 'library', 'absence', 'late', 'class', 'dorm', 'failed'];

/** 12 thresholds, 7 deviations and 1 ratio of the own baseline, 5 percentiles, 5 streaks and silences. */
export function thirtyRules(): Rule[] {
  return [
    threshold('absence', 'sum', '7d', 'ge', 3),
    threshold('late', 'sum', '7d', 'ge', 3),
    threshold('failed', 'sum', '60d', 'ge', 15),
    threshold('gate', 'sum', '7d', 'lt', 20),
    threshold('net', 'avg', '14d', 'gt', 400),
    threshold('library', 'sum', '30d', 'lt', 3),
    threshold('class', 'count', '14d', 'lt', 5),
    threshold('meals', 'sum', '7d', 'lt', 6),
    threshold('spend', 'sum', '30d', 'lt', 40_000),
    threshold('dorm', 'avg', '7d', 'gt', 900),
    threshold('psych', 'max', '60d', 'ge', 70),
    threshold('absence', 'sum', '30d', 'ge', 8),
    ...['spend', 'gate', 'library', 'meals'].map((metric) => deviation(metric, 'lt', -0.9)),
    ...['net', 'night_net', 'dorm'].map((metric) => deviation(metric, 'gt', 0.9)),
    rule('ratio.spend', { x: { ...ofBaseline('spend'), agg: 'ratio' } }, { lt: [{ f: 'x' }, 0.5] }),
    ...['spend', 'gate', 'class'].map((metric) => percentile(metric, 'lt', 3)),
    ...['net', 'night_net'].map((metric) => percentile(metric, 'gt', 97)),
    threshold('gate', 'count', '2d', 'eq', 0),
    everyDay('night_net', 150, 3),
    threshold('meals', 'count', '3d', 'eq', 0),
    rule(
      'silent.net-spend',
      { x: { metric: 'net', agg: 'count', window: '3d' }, y: { metric: 'spend', agg: 'count', window: '3d' } },
      { all: [{ eq: [{ f: 'x' }, 0] }, { eq: [{ f: 'y' }, 0] }] },
    ),
    everyDay('absence', 1, 3),
  ];
}

/** The thirty, and seven more for each of the first ten metrics. */
export function hundredRules(): Rule[] {
  const more = FIRST_TEN.flatMap((metric) => [
    threshold(metric, 'sum', '5d', 'lt', 1),
    threshold(metric, 'avg', '21d', 'gt', 1_000_000),
    threshold(metric, 'count', '10d', 'lt', 3),
    deviation(metric, 'gt', 1.2),
    percentile(metric, 'lt', 1),
    everyDay(metric, 2, 5),
    threshold(metric, 'sum', '45d', 'lt', 2),
  ]);
  return [...thirtyRules(), ...more];
}

type Compare = 'ge' | 'gt' | 'lt' | 'eq';

function threshold(metric: string, agg: Feature['agg'], window: string, op: Compare, bound: number): Rule {
  return rule(`${agg}.${metric}.${window}.${op}`, { x: { metric, agg, window } }, compare(op, bound));
}

function deviation(metric: string, op: Compare, bound: number): Rule {
  return rule(`z.${metric}.${op}-${Math.abs(bound)}`, { x: ofBaseline(metric) }, compare(op, bound));
}

function percentile(metric: string, op: Compare, bound: number): Rule {
  const rank = { cohort: 'class', minCohort: 2 };
  return rule(`p.${metric}.${op}-${bound}`, { x: { metric, agg: 'sum', window: '14d', rank } }, compare(op, bound));
}

function everyDay(metric: string, least: number, days: number): Rule {
  const feature: Feature = { metric, agg: 'days_over', window: `${days}d`, where: { ge: least } };
  return rule(`daily.${metric}.${least}`, { x: feature }, compare('ge', days));
}

function ofBaseline(metric: string): Feature {
  return { metric, agg: 'zscore', window: '7d', baseline: '28d', minData: 1 };
}

function compare(op: Compare, bound: number): Predicate {
  return { [op]: [{ f: 'x' }, bound] } as unknown as Predicate;
}

function rule(id: string, features: Features, when: Predicate): Rule {
  const text = { zh: id, en: id };
  return { id, title: text, features, level: 'yellow', when, onNoData: 'false', reason: text };
}
