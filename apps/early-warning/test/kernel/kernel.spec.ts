import fc from 'fast-check';
import { compile, type Moment } from '../../src/kernel/compile.js';
import { dayOf } from '../../src/kernel/days.js';
import { CANNOT_SAY, Evaluation } from '../../src/kernel/evaluation.js';
import type { Feature, MaskDay, MetricInfo, Predicate, Rule } from '../../src/kernel/language.js';
import { Calendar } from '../../src/kernel/masks.js';
import { judge, type Student } from './reference.js';

const metric = (code: string, number: number, decimals = 0): MetricInfo => ({
  ...{ code, number, decimals, unit: 'min', retentionDays: 3660, sensitivity: 2 },
});
const METRICS = new Map([metric('a', 1), metric('b', 2, 1)].map((one) => [one.code, one]));
// A Wednesday.
const AS_OF = dayOf('2026-11-18');
const MOMENT: Moment = { asOf: AS_OF, elapsedHours: 24, parameters: {} };

function ruleOf(features: Record<string, Feature>, when: Predicate, more: Partial<Rule> = {}): Rule {
  const text = { zh: '测', en: 'test' };
  return { id: 'test', title: text, features, level: 'yellow', when, reason: text, ...more };
}

/** Rows `[lane, metric, day relative to the as-of day, stored value]`, fed as day vectors that reach over their students only. */
function evaluate(
  rules: Rule[],
  rows: [number, string, number, number][],
  options: { lanes?: number; moment?: Partial<Moment>; calendar?: Calendar; cohorts?: Map<string, Int32Array> } = {},
): Evaluation {
  const plan = compile(rules, METRICS, { ...MOMENT, ...options.moment });
  const evaluation = new Evaluation(plan, options.lanes ?? 4, options.calendar, options.cohorts);
  const keys = [...new Set(rows.map(([, code, day]) => `${code} ${day}`))];
  const sorted = keys.map((key) => key.split(' ') as [string, string]).sort((x, y) => Number(x[1]) - Number(y[1]));
  for (const [code, day] of sorted) {
    const of = rows.filter((row) => row[1] === code && row[2] === Number(day));
    const first = Math.min(...of.map(([lane]) => lane));
    const vector = new Int32Array(Math.max(...of.map(([lane]) => lane)) - first + 1).fill(-1);
    for (const [lane, , , value] of of) vector[lane - first] = value;
    evaluation.feed(METRICS.get(code)!.number, AS_OF + Number(day), first, vector);
  }
  return evaluation;
}

/** The feature's value for lane 0. */
function value(feature: Omit<Feature, 'metric'> & { metric?: string }, rows: [number, number][], options: Parameters<typeof evaluate>[2] = {}): number | null {
  const metricCode = feature.metric ?? 'a';
  const rule = ruleOf({ x: { metric: metricCode, ...feature } as Feature }, { ge: [{ f: 'x' }, 0] });
  const evaluation = evaluate([rule], rows.map(([day, stored]) => [0, metricCode, day, stored]), options);
  const found = evaluation.feature(evaluation.plan.rules[0]!.features.x!).values[0]!;
  return Number.isNaN(found) ? null : found;
}

describe('features, by hand', () => {
  const rows: [number, number][] = [[-8, 100], [-6, 4], [-3, 0], [-1, 7], [0, 1]];

  it('adds up a window of days, its last day included', () => {
    expect(value({ agg: 'sum', window: '7d' }, rows)).toBe(12);
    expect(value({ agg: 'sum', window: '6d' }, rows)).toBe(8);
    expect(value({ agg: 'sum', window: 'all' }, rows)).toBe(112);
    expect(value({ agg: 'sum', window: '7d', offset: '3d' }, rows)).toBe(104);
    expect(value({ agg: 'sum', window: '1d', offset: '2d' }, rows)).toBeNull();
  });

  it('averages over the days with data: a zero is data, a day without is not', () => {
    expect(value({ agg: 'avg', window: '7d' }, rows)).toBe(3);
    expect(value({ agg: 'count', window: '7d' }, rows)).toBe(4);
    expect(value({ agg: 'count', window: '1d', offset: '2d' }, rows)).toBe(0);
  });

  it('knows the largest, smallest and latest value, and how many differ', () => {
    expect(value({ agg: 'max', window: '7d' }, rows)).toBe(7);
    expect(value({ agg: 'min', window: '7d' }, rows)).toBe(0);
    expect(value({ agg: 'last', window: '7d' }, rows)).toBe(1);
    expect(value({ agg: 'last', window: '7d', offset: '1d' }, rows)).toBe(7);
    expect(value({ agg: 'distinct', window: 'all' }, [...rows, [-2, 7]].sort((x, y) => x[0]! - y[0]!) as [number, number][])).toBe(5);
  });

  it('takes the ISO week from its Monday, and whole weeks before', () => {
    const week: [number, number][] = [[-9, 1], [-3, 10], [-2, 100], [0, 1000]];
    expect(value({ agg: 'sum', window: 'iso_week' }, week)).toBe(1100);
    expect(value({ agg: 'sum', window: 'iso_week', offset: '1w' }, week)).toBe(11);
  });

  it('takes the term from its first day; outside a term nothing is known', () => {
    expect(value({ agg: 'sum', window: 'term' }, rows, { moment: { termStart: AS_OF - 3 } })).toBe(8);
    expect(value({ agg: 'sum', window: 'term' }, rows)).toBeNull();
  });

  it('reads values and thresholds in the unit of a metric with decimals', () => {
    expect(value({ metric: 'b', agg: 'sum', window: '7d' }, [[0, 125]])).toBe(12.5);
    expect(value({ metric: 'b', agg: 'days_over', window: '7d', where: { ge: 0.7 } }, [[0, 7], [-1, 6]])).toBe(1);
  });

  it('counts hours from the end of the last day something happened', () => {
    expect(value({ agg: 'hours_since_last' }, [[-3, 1]])).toBe(72);
    expect(value({ agg: 'hours_since_last' }, [[-3, 1]], { moment: { elapsedHours: 0.5 } })).toBe(48.5);
    expect(value({ agg: 'hours_since_last' }, [[-3, 1], [-1, 0]])).toBe(72);
    expect(value({ agg: 'hours_since_last' }, [[0, 2]])).toBe(0);
    expect(value({ agg: 'hours_since_last' }, [[-3, 0]])).toBeNull();
    expect(value({ agg: 'hours_since_last', default: 9999 }, [])).toBe(9999);
  });

  it('breaks a streak at a day that misses the condition or has no data', () => {
    const feature = { agg: 'streak', where: { ge: 5 } } as const;
    expect(value(feature, [[-4, 9], [-2, 5], [-1, 6], [0, 5]])).toBe(3);
    expect(value(feature, [[-2, 5], [-1, 4], [0, 5]])).toBe(1);
    expect(value(feature, [[-2, 5], [-1, 5]])).toBe(0);
    expect(value(feature, [])).toBeNull();
  });

  it('lets a paused day neither break a streak nor count', () => {
    const calendar = new Calendar(new Set([AS_OF - 1]), new Map([[0, [[AS_OF - 4, AS_OF - 3]]]]));
    const run: [number, number][] = [[-5, 9], [-3, 0], [-2, 9], [-1, 1], [0, 9]];
    expect(value({ agg: 'streak', where: { ge: 5 }, calendar: { pause: ['holiday'] } }, run, { calendar })).toBe(2);
    expect(value({ agg: 'streak', where: { ge: 5 }, calendar: { pause: ['holiday', 'leave'] } }, run, { calendar })).toBe(3);
    expect(value({ agg: 'hours_since_last', calendar: { pause: ['leave', 'holiday'] } }, [[-5, 1]], { calendar })).toBe(48);
    expect(value({ agg: 'sum', window: '7d', calendar: { exclude: ['leave'] } }, [[-4, 5], [-2, 1]], { calendar })).toBe(1);
    expect(value({ agg: 'count', window: '7d', calendar: { exclude: ['holiday', 'leave'] } }, run, { calendar })).toBe(3);
  });

  it('compares with the own baseline', () => {
    // Baseline 2, 4, 6, 8: mean 5, population deviation √5. Window average 9.
    const base: [number, number][] = [[-10, 2], [-9, 4], [-8, 6], [-7, 8], [-1, 8], [0, 10]];
    const feature = { window: '7d', baseline: '28d', minData: 4 };
    expect(value({ ...feature, agg: 'ratio' }, base)).toBeCloseTo(1.8, 12);
    expect(value({ ...feature, agg: 'zscore' }, base)).toBeCloseTo(4 / Math.sqrt(5), 12);
    expect(value({ ...feature, agg: 'zscore', minData: 5 }, base)).toBeNull();
    expect(value({ ...feature, agg: 'zscore', minSd: 2.3 }, base)).toBeNull();
    expect(value({ ...feature, agg: 'zscore' }, base.map(([day]) => [day, 3]))).toBeNull();
  });

  it('ranks within the cohort, among those who have a value', () => {
    const cohorts = new Map([['class', Int32Array.of(0, 0, 0, 0, 0, 1, 0)]]);
    const feature: Feature = { metric: 'a', agg: 'sum', window: '7d', rank: { cohort: 'class', minCohort: 5 } };
    const sums = [10, 20, 20, 30, 40, 5];
    const evaluation = evaluate(
      [ruleOf({ x: feature, r: { ...feature, rank: { cohort: 'class', minCohort: 5, as: 'rank' } } }, { ge: [{ f: 'x' }, 0] })],
      sums.map((sum, lane) => [lane, 'a', 0, sum]),
      { lanes: 7, cohorts },
    );
    const { x, r } = evaluation.plan.rules[0]!.features;
    expect([...evaluation.feature(x!).values]).toEqual([0, 25, 25, 75, 100, NaN, NaN]);
    expect([...evaluation.feature(r!).values]).toEqual([1, 2, 2, 4, 5, NaN, NaN]);
  });

  it('shares equal features of several rules', () => {
    const feature: Feature = { metric: 'a', agg: 'sum', window: '7d' };
    const rules = [ruleOf({ x: feature }, { ge: [{ f: 'x' }, 3] }), ruleOf({ other: { ...feature } }, { ge: [{ f: 'other' }, 5] })];
    expect(compile(rules, METRICS, MOMENT).features.size).toBe(1);
  });
});

describe('predicates', () => {
  const x: Feature = { metric: 'a', agg: 'sum', window: '7d' };
  const y: Feature = { metric: 'b', agg: 'sum', window: '7d' };
  /** Lane 0: x = 3, y missing. Lane 1: x = 1, y = 2. Lane 2: nothing. */
  const levels = (when: Predicate, more: Partial<Rule> = {}) =>
    [...evaluate([ruleOf({ x, y }, when, more)], [[0, 'a', 0, 3], [1, 'a', 0, 1], [1, 'b', 0, 20]], { lanes: 3 }).levels(0)];
  const big: Predicate = { ge: [{ f: 'x' }, 3] };
  const missing: Predicate = { ge: [{ f: 'y' }, 1] };

  it('says nothing about what is missing, unless another part decides', () => {
    expect(levels(missing)).toEqual([CANNOT_SAY, 2, CANNOT_SAY]);
    expect(levels({ not: missing })).toEqual([CANNOT_SAY, 0, CANNOT_SAY]);
    expect(levels({ any: [big, missing] })).toEqual([2, 2, CANNOT_SAY]);
    expect(levels({ all: [big, missing] })).toEqual([CANNOT_SAY, 0, CANNOT_SAY]);
    expect(levels({ all: [big, missing] }, { onNoData: 'false' })).toEqual([0, 0, 0]);
  });

  it('calculates with features, constants and parameters', () => {
    const when: Predicate = { eq: [{ sub: [{ f: 'x' }, { mul: [{ $p: 'half', default: 0.5 }, { f: 'y' }] }] }, 0] };
    expect(levels(when)).toEqual([CANNOT_SAY, 2, CANNOT_SAY]);
    const add: Predicate = { gt: [{ add: [{ f: 'x' }, { f: 'x' }, 1] }, 6] };
    expect(levels(add)).toEqual([2, 0, CANNOT_SAY]);
    const rule = ruleOf({ x }, { ge: [{ f: 'x' }, { $p: 'bar', default: 3 }] });
    expect([...evaluate([rule], [[0, 'a', 0, 3]], { lanes: 1, moment: { parameters: { bar: 4 } } }).levels(0)]).toEqual([0]);
  });

  it('climbs the ladder as far as it is known to hold', () => {
    expect(levels(big, { escalate: { to: 'red', when: { lt: [{ f: 'x' }, 4] } } })).toEqual([4, 0, CANNOT_SAY]);
    expect(levels(big, { escalate: { to: 'red', when: missing } })).toEqual([2, 0, CANNOT_SAY]);
    const ladder = ruleOf({ x }, big, { level: [{ blue: { ge: [{ f: 'x' }, 1] } }, { orange: { ge: [{ f: 'x' }, 3] } }] });
    expect([...evaluate([ladder], [[0, 'a', 0, 3], [1, 'a', 0, 1]], { lanes: 2 }).levels(0)]).toEqual([3, 1]);
  });
});

describe('the kernel and the obvious reference', () => {
  const LANES = 12;
  const DAYS = 45;
  const masks = fc.constantFrom<MaskDay[] | undefined>(undefined, ['leave'], ['holiday'], ['leave', 'holiday']);
  const window = fc.oneof(
    fc.integer({ min: 1, max: 20 }).map((n) => `${n}d`),
    fc.constantFrom('iso_week', 'term', 'all'),
  );
  const where = fc.record({ op: fc.constantFrom('ge', 'gt', 'le', 'lt', 'eq'), bound: fc.integer({ min: 0, max: 4 }) }).map(({ op, bound }) => ({ [op]: bound }));
  const feature: fc.Arbitrary<Feature> = fc
    .record({
      metric: fc.constantFrom('a', 'b'),
      agg: fc.constantFrom('sum', 'avg', 'count', 'max', 'min', 'last', 'hours_since_last', 'days_over', 'streak', 'distinct', 'ratio', 'zscore'),
      window,
      shift: fc.integer({ min: 0, max: 3 }),
      where,
      minData: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      ranked: fc.constantFrom(undefined, 'percentile', 'rank'),
      exclude: masks,
      pause: masks,
      fallback: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    })
    .map((given): Feature => {
      const agg = given.agg as Feature['agg'];
      const pausing = agg === 'streak' || agg === 'hours_since_last';
      const baseline = agg === 'ratio' || agg === 'zscore';
      const w = baseline && !given.window.endsWith('d') ? '5d' : given.window;
      const movable = w !== 'term' && agg !== 'hours_since_last' && given.shift > 0;
      return {
        metric: given.metric,
        agg,
        window: w,
        ...(movable && { offset: w === 'iso_week' ? `${given.shift}w` : `${given.shift}d` }),
        ...((pausing || agg === 'days_over') && { where: given.where }),
        ...(baseline && { baseline: '14d' }),
        ...(given.minData !== undefined && { minData: given.minData }),
        ...(given.ranked && { rank: { cohort: 'class', as: given.ranked as 'rank', minCohort: 3 } }),
        calendar: { ...(given.exclude && { exclude: given.exclude }), ...(pausing && given.pause && { pause: given.pause }) },
        ...(given.fallback !== undefined && { default: given.fallback }),
      };
    });
  const comparison = fc
    .record({ op: fc.constantFrom('ge', 'gt', 'le', 'lt', 'eq'), f: fc.constantFrom('x', 'y'), bound: fc.integer({ min: 0, max: 30 }) })
    .map(({ op, f, bound }) => ({ [op]: [{ f }, bound] }) as unknown as Predicate);
  const predicate = fc.letrec<{ node: Predicate }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      comparison,
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((all): Predicate => ({ all })),
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((any): Predicate => ({ any })),
      tie('node').map((not): Predicate => ({ not })),
      fc.constantFrom<Predicate>({ calendar: 'leave' }, { calendar: 'leave|holiday' }),
      comparison.map((one): Predicate => {
        const [op, [left, right]] = Object.entries(one)[0] as [string, [{ f: string }, number]];
        return { [op]: [{ add: [{ mul: [0.5, left] }, { f: 'y' }] }, { sub: [right, 2] }] } as unknown as Predicate;
      }),
    ),
  })).node;
  const world = fc.record({
    cells: fc.array(
      fc.record({ lane: fc.nat(LANES - 1), code: fc.constantFrom('a', 'b'), back: fc.nat(DAYS), stored: fc.integer({ min: 0, max: 6 }) }),
      { maxLength: 250 },
    ),
    holidays: fc.array(fc.nat(DAYS), { maxLength: 6 }),
    leave: fc.array(fc.record({ lane: fc.nat(LANES - 1), back: fc.nat(DAYS), days: fc.nat(8) }), { maxLength: 8 }),
    classes: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: LANES, maxLength: LANES }),
    termBack: fc.option(fc.nat(DAYS), { nil: undefined }),
    elapsedHours: fc.constantFrom(24, 7.5),
  });

  it('agree on every student for random rules over random data', () => {
    fc.assert(
      fc.property(world, feature, feature, predicate, fc.boolean(), (given, x, y, when, skip) => {
        const rule = ruleOf({ x, y }, when, { onNoData: skip ? 'skip' : 'false', escalate: { to: 'red', when: { ge: [{ f: 'x' }, 5] } } });
        const moment: Moment = {
          ...MOMENT,
          elapsedHours: given.elapsedHours,
          termStart: given.termBack === undefined ? undefined : AS_OF - given.termBack,
        };
        const cells = new Map(given.cells.map((cell) => [`${cell.lane} ${cell.code} ${cell.back}`, cell]));
        const leave = new Map<number, [number, number][]>();
        for (const { lane, back, days } of given.leave)
          leave.set(lane, [...(leave.get(lane) ?? []), [AS_OF - back, AS_OF - back + days]]);
        const holidays = new Set(given.holidays.map((back) => AS_OF - back));
        const students = Array.from({ length: LANES }, (_, lane): Student => {
          const data: Student['data'] = { a: new Map(), b: new Map() };
          for (const cell of cells.values())
            if (cell.lane === lane) data[cell.code]!.set(AS_OF - cell.back, cell.stored);
          return { data, onLeave: (day) => (leave.get(lane) ?? []).some(([from, to]) => from <= day && day <= to) };
        });
        const evaluation = evaluate([rule], [...cells.values()].map((cell) => [cell.lane, cell.code, -cell.back, cell.stored]), {
          lanes: LANES,
          moment,
          calendar: new Calendar(holidays, leave),
          cohorts: new Map([['class', Int32Array.from(given.classes)]]),
        });
        const levels = [...evaluation.levels(0)].map((level) => (level === CANNOT_SAY ? null : level));
        const reference = { moment, students, units: { a: 1, b: 10 }, isHoliday: (day: number) => holidays.has(day), cohortOf: (_: string, i: number) => given.classes[i]! };
        expect(levels).toEqual(students.map((_, lane) => judge(reference, rule, lane)));
      }),
      { numRuns: 600 },
    );
  });
});
