import fc from 'fast-check';
import {
  AGGREGATES,
  type Aggregate,
  BASELINE_DATA,
  IN_DEVIATIONS,
  NEEDS_WHERE,
  WITH_BASELINE,
  WITH_PAUSE,
  WITH_WHERE,
  WITHOUT_MIN_DATA,
  WITHOUT_OFFSET,
} from '../language/aggregates.js';
import {
  COMPARISONS,
  type Constant,
  type Expression,
  type Feature,
  MASKS,
  type MaskDay,
  MAX_TIMES,
  type Period,
  type Predicate,
  type Rule,
  TERM_WEEKS,
  type TermWeeks,
  type Where,
} from '../language/rule.js';

/** Random rules of the whole language, right but for bounds of units, retention and cost. */
const number = fc
  .oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }))
  .map((n) => n + 0);
const constant: fc.Arbitrary<Constant> = fc.oneof(
  number,
  fc.record({ $p: fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/), default: number }),
);
const where: fc.Arbitrary<Where> = fc.dictionary(fc.constantFrom(...COMPARISONS), constant, { minKeys: 1, maxKeys: 2 });
const masks = fc.uniqueArray(fc.constantFrom(...(Object.keys(MASKS) as MaskDay[])), { minLength: 1, maxLength: 3 });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const days = fc.integer({ min: 1, max: 60 }).map((n) => `${n}d`);

/** Leaves out what is undefined. */
function defined<T extends object>(of: T): T {
  return JSON.parse(JSON.stringify(of)) as T;
}

const feature: fc.Arbitrary<Feature> = fc
  .record({
    metric: fc.constantFrom('late_return', 'night_net_min', 'canteen_spend', 'failed_credits'),
    agg: fc.constantFrom(...(Object.keys(AGGREGATES) as Aggregate[])),
    window: fc.constantFrom<string | undefined>('7d', '30d', 'iso_week', 'term', 'all', undefined),
    shift: fc.nat(3),
    where,
    withWhere: fc.boolean(),
    baseline: days,
    minData: maybe(fc.integer({ min: 1, max: 60 })),
    minSd: maybe(fc.integer({ min: 0, max: 9 }).map((n) => n / 4)),
    rank: maybe(
      fc.record({
        cohort: fc.constantFrom('class', 'college+grade', 'campus+sex'),
        as: fc.constantFrom(undefined, 'percentile' as const, 'rank' as const),
        minCohort: maybe(fc.integer({ min: 2, max: 50 })),
      }),
    ),
    exclude: maybe(masks),
    pause: maybe(masks),
    fallback: maybe(number),
  })
  .map((given): Feature => {
    const { agg } = given;
    const baseline = WITH_BASELINE.has(agg);
    const window = baseline && !given.window?.endsWith('d') ? '5d' : given.window;
    const moves = !WITHOUT_OFFSET.has(agg) && given.shift > 0;
    const unit = { iso_week: 'w', term: 't' }[window ?? 'all'] ?? 'd';
    // No more days with data than there are days.
    const span = baseline ? given.baseline : window;
    const most = span === 'iso_week' ? 7 : span?.endsWith('d') ? Number(span.slice(0, -1)) : 60;
    const least = given.minData ?? (baseline && most < BASELINE_DATA ? 1 : undefined);
    const minData = least === undefined ? undefined : Math.min(least, most);
    return defined({
      ...{ metric: given.metric, agg, window },
      ...(moves && { offset: `${given.shift}${unit}` }),
      ...(WITH_WHERE.has(agg) && (NEEDS_WHERE.has(agg) || given.withWhere) && { where: given.where }),
      ...(baseline && { baseline: given.baseline }),
      ...(!WITHOUT_MIN_DATA.has(agg) && { minData }),
      ...{ rank: given.rank, default: given.fallback },
      ...(IN_DEVIATIONS.has(agg) && { minSd: given.minSd }),
      calendar: { exclude: given.exclude, ...(WITH_PAUSE.has(agg) && { pause: given.pause }) },
    }) as Feature;
  });

const node = fc.letrec<{ expression: Expression; predicate: Predicate }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Expression>({ f: 'x' }, { f: 'y' }),
    constant,
    fc.array(tie('expression'), { minLength: 2, maxLength: 3 }).map((mul): Expression => ({ mul })),
    fc.array(tie('expression'), { minLength: 2, maxLength: 3 }).map((add): Expression => ({ add })),
    fc.tuple(tie('expression'), tie('expression')).map((sub): Expression => ({ sub })),
  ),
  predicate: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .record({ op: fc.constantFrom(...COMPARISONS), sides: fc.tuple(tie('expression'), tie('expression')) })
      .map(({ op, sides }) => ({ [op]: sides }) as unknown as Predicate),
    masks.map((some): Predicate => ({ calendar: some.join('|') })),
    fc
      .record({
        key: fc.constantFrom(...(Object.keys(TERM_WEEKS) as TermWeeks[])),
        weeks: fc.dictionary(fc.constantFrom(...COMPARISONS), fc.integer({ min: 1, max: 20 }), {
          minKeys: 1,
          maxKeys: 2,
        }),
      })
      .map(({ key, weeks }) => ({ [key]: weeks }) as unknown as Predicate),
    fc.array(tie('predicate'), { minLength: 1, maxLength: 3 }).map((all): Predicate => ({ all })),
    fc.array(tie('predicate'), { minLength: 1, maxLength: 3 }).map((any): Predicate => ({ any })),
    tie('predicate').map((not): Predicate => ({ not })),
  ),
}));
const held = fc
  .record({
    when: node.predicate,
    each: fc.constantFrom<Period>('day', 'iso_week', 'term'),
    times: fc.integer({ min: 2, max: 14 }),
  })
  .map(({ when, each, times }): Predicate => ({ held: { when, each, times: Math.min(times, MAX_TIMES[each]) } }));
/** Both features are read at least once. */
const predicate = fc.tuple(fc.oneof(node.predicate, held), constant).map(([one, bound]): Predicate => ({
  any: [one, { ge: [{ f: 'x' }, bound] }, { not: { lt: [{ f: 'y' }, bound] } }],
}));

export const anyRule: fc.Arbitrary<Rule> = fc
  .record({
    features: fc.record({ x: feature, y: feature }),
    levels: fc.subarray(['blue', 'yellow', 'orange', 'red'] as const, { minLength: 1 }),
    predicates: fc.tuple(predicate, predicate, predicate, predicate),
    list: fc.boolean(),
    escalate: fc.boolean(),
    on: maybe(fc.constantFrom('day_end' as const, 'data' as const)),
    for: maybe(fc.integer({ min: 2, max: 14 }).map((n) => `${n}d`)),
    clearWhen: maybe(node.predicate),
    students: maybe(
      fc.constantFrom(
        { units: ['0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f'], sex: 'male' as const },
        { grades: [2024, 2025] },
      ),
    ),
    effective: maybe(
      fc.constantFrom<Rule['effective']>(
        { from: '2026-09-01' },
        { to: '2027-01-31' },
        { from: '2026-09-01', to: '2027-01-31' },
      ),
    ),
    onNoData: maybe(fc.constantFrom('skip' as const, 'false' as const)),
    visibility: maybe(fc.subarray(['student_affairs_officer', 'psychologist'] as const, { minLength: 1 })),
  })
  .map((given): Rule => {
    const { levels, predicates, list, escalate, ...more } = given;
    const text = { zh: '{x} 与 {level}', en: '{y} and {threshold}' };
    const asList = list || levels.length > 2 || (levels.length === 2 && !escalate);
    return defined<object>({
      ...{ id: 'any.rule', title: { zh: '任意', en: 'any' }, reason: text },
      ...more,
      ...(asList
        ? { level: levels.map((level, i) => ({ [level]: predicates[i]! })) }
        : {
            level: levels[0]!,
            when: predicates[0],
            ...(levels[1] && { escalate: { to: levels[1], when: predicates[1] } }),
          }),
    }) as Rule;
  });
