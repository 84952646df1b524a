import { compile } from '../plan/compile.js';
import { CANNOT_SAY } from '../judge/evaluation.js';
import type { Feature, Predicate, Rule } from '../language/rule.js';
import { Calendar } from '../plan/masks.js';
import { AS_OF, evaluate, METRICS, MOMENT, ruleOf } from './kit.js';

/** The feature's value for lane 0. `others`: days on which lane 1 has data. */
function value(
  feature: Omit<Feature, 'metric'> & { metric?: string },
  rows: [number, number][],
  { others = [], ...options }: Parameters<typeof evaluate>[2] & { others?: number[] } = {},
): number | null {
  const metricCode = feature.metric ?? 'a';
  const rule = ruleOf({ x: { metric: metricCode, ...feature } as Feature }, { ge: [{ f: 'x' }, 0] });
  const evaluation = evaluate(
    [rule],
    [
      ...rows.map(([day, stored]) => [0, metricCode, day, stored] as const),
      ...others.map((day) => [1, metricCode, day, 1] as const),
    ],
    options,
  );
  const found = evaluation.feature(evaluation.plan.rules[0]!.features.x!).values[0]!;
  return Number.isNaN(found) ? null : found;
}

describe('features, by hand', () => {
  const rows: [number, number][] = [
    [-8, 100],
    [-6, 4],
    [-3, 0],
    [-1, 7],
    [0, 1],
  ];

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
    expect(
      value({ agg: 'distinct', window: 'all' }, [...rows, [-2, 7]].sort((x, y) => x[0]! - y[0]!) as [number, number][]),
    ).toBe(5);
  });

  it('takes the ISO week from its Monday, and whole weeks before', () => {
    const week: [number, number][] = [
      [-9, 1],
      [-3, 10],
      [-2, 100],
      [0, 1000],
    ];
    expect(value({ agg: 'sum', window: 'iso_week' }, week)).toBe(1100);
    expect(value({ agg: 'sum', window: 'iso_week', offset: '1w' }, week)).toBe(11);
  });

  it('takes the term from its first day; outside a term nothing is known', () => {
    expect(
      value({ agg: 'sum', window: 'term' }, rows, { moment: { terms: [{ from: AS_OF - 3, to: AS_OF + 90 }] } }),
    ).toBe(8);
    expect(value({ agg: 'sum', window: 'term' }, rows)).toBeNull();
  });

  it('takes a whole earlier term, as many terms back as told; there may be none', () => {
    const terms = [
      { from: AS_OF - 8, to: AS_OF - 6 },
      { from: AS_OF - 3, to: AS_OF + 90 },
    ];
    const before = (n: number) => ({ agg: 'sum', window: 'term', offset: `${n}t` }) as const;
    expect(value(before(1), rows, { moment: { terms } })).toBe(104);
    expect(value(before(2), rows, { moment: { terms } })).toBeNull();
    expect(value(before(1), rows, { moment: { terms: terms.slice(0, 1) } })).toBeNull();
    expect(value({ agg: 'count', window: 'term', offset: '1t' }, rows, { moment: { terms } })).toBe(2);
  });

  it('finds no day beyond what can be stored', () => {
    const days = rows.map(([day, stored]): [number, number] => [day, stored === 1 ? 2_147_483_647 : stored]);
    const meets = (where: Feature['where'], metric = 'a') => [
      value({ metric, agg: 'days_over', window: '7d', where: where! }, days),
      value({ metric, agg: 'streak', window: '7d', where: where! }, days),
      value({ metric, agg: 'hours_since_last', window: '7d', where: where! }, days),
    ];
    const nothing = [0, 0, null];
    expect(meets({ ge: 2_147_483_647 })).toEqual([1, 1, 0]);
    expect(meets({ gt: 2_147_483_647 })).toEqual(nothing);
    expect(meets({ ge: 3e9 })).toEqual(nothing);
    expect(meets({ ge: 2 ** 32 })).toEqual(nothing);
    expect(meets({ eq: 3e9 }, 'b')).toEqual(nothing);
    expect(meets({ lt: -3e9 })).toEqual(nothing);
    expect(meets({ le: 3e9, ge: 1e300 })).toEqual(nothing);
    const high: Feature = { metric: 'a', agg: 'days_over', where: { ge: { $p: 'bar', default: 1 } } };
    expect(value(high, days, { moment: { parameters: { bar: 3e9 } } })).toBe(0);
    expect(value(high, days, { moment: { parameters: { bar: 1e308 } } })).toBe(0);
  });

  it('reads values and thresholds in the unit of a metric with decimals', () => {
    expect(value({ metric: 'b', agg: 'sum', window: '7d' }, [[0, 125]])).toBe(12.5);
    expect(
      value({ metric: 'b', agg: 'days_over', window: '7d', where: { ge: 0.7 } }, [
        [0, 7],
        [-1, 6],
      ]),
    ).toBe(1);
  });

  it('counts hours from the end of the last day something happened', () => {
    const silent = { agg: 'hours_since_last' } as const;
    const others = [-4, -3, -2, -1, 0];
    expect(value(silent, [[-3, 1]], { others })).toBe(72);
    expect(value(silent, [[-3, 1]], { others, moment: { elapsedHours: 0.5 } })).toBe(48.5);
    expect(
      value(
        silent,
        [
          [-3, 1],
          [-1, 0],
        ],
        { others },
      ),
    ).toBe(72);
    expect(value(silent, [[0, 2]], { others })).toBe(0);
    expect(value(silent, [[-3, 0]], { others })).toBeNull();
    expect(value({ ...silent, default: 9999 }, [], { others })).toBe(9999);
  });

  it('lets the hours grow only as long as the metric is heard of at all', () => {
    const silent = { agg: 'hours_since_last' } as const;
    expect(value(silent, [[-30, 1]], { others: [-28] })).toBe(48);
    expect(value(silent, [[-30, 1]], { others: [-28], moment: { elapsedHours: 3 } })).toBe(48);
    expect(value(silent, [[-30, 1]])).toBe(0);
  });

  it('breaks a streak at a day that misses the condition or has no data', () => {
    const feature = { agg: 'streak', where: { ge: 5 } } as const;
    expect(
      value(feature, [
        [-4, 9],
        [-2, 5],
        [-1, 6],
        [0, 5],
      ]),
    ).toBe(3);
    expect(
      value(feature, [
        [-2, 5],
        [-1, 4],
        [0, 5],
      ]),
    ).toBe(1);
    expect(
      value(feature, [
        [-2, 5],
        [-1, 5],
      ]),
    ).toBe(0);
    expect(value(feature, [])).toBeNull();
  });

  it('lets a paused day neither break a streak nor count', () => {
    const calendar = new Calendar(
      { holiday: new Set([AS_OF - 1]) },
      { leave: new Map([[0, [[AS_OF - 4, AS_OF - 3]]]]) },
    );
    const run: [number, number][] = [
      [-5, 9],
      [-3, 0],
      [-2, 9],
      [-1, 1],
      [0, 9],
    ];
    expect(value({ agg: 'streak', where: { ge: 5 }, calendar: { pause: ['holiday'] } }, run, { calendar })).toBe(2);
    expect(
      value({ agg: 'streak', where: { ge: 5 }, calendar: { pause: ['holiday', 'leave'] } }, run, { calendar }),
    ).toBe(3);
    expect(
      value({ agg: 'hours_since_last', calendar: { pause: ['leave', 'holiday'] } }, [[-5, 1]], {
        calendar,
        others: [0],
      }),
    ).toBe(48);
    expect(
      value(
        { agg: 'sum', window: '7d', calendar: { exclude: ['leave'] } },
        [
          [-4, 5],
          [-2, 1],
        ],
        { calendar },
      ),
    ).toBe(1);
    expect(value({ agg: 'count', window: '7d', calendar: { exclude: ['holiday', 'leave'] } }, run, { calendar })).toBe(
      3,
    );
  });

  it('compares with the own baseline', () => {
    // Baseline 2, 4, 6, 8: mean 5, population deviation √5. Window average 9.
    const base: [number, number][] = [
      [-10, 2],
      [-9, 4],
      [-8, 6],
      [-7, 8],
      [-1, 8],
      [0, 10],
    ];
    const feature = { window: '7d', baseline: '28d', minData: 4 };
    expect(value({ ...feature, agg: 'ratio' }, base)).toBeCloseTo(1.8, 12);
    expect(value({ ...feature, agg: 'zscore' }, base)).toBeCloseTo(4 / Math.sqrt(5), 12);
    expect(value({ ...feature, agg: 'zscore', minData: 5 }, base)).toBeNull();
    expect(value({ ...feature, agg: 'zscore', minSd: 2.3 }, base)).toBeNull();
    expect(
      value(
        { ...feature, agg: 'zscore' },
        base.map(([day]) => [day, 3]),
      ),
    ).toBeNull();
  });

  it('ranks within the cohort, among those who have a value', () => {
    const cohorts = new Map([['class', Int32Array.of(0, 0, 0, 0, 0, 1, 0)]]);
    const feature: Feature = { metric: 'a', agg: 'sum', window: '7d', rank: { cohort: 'class', minCohort: 5 } };
    const sums = [10, 20, 20, 30, 40, 5];
    const evaluation = evaluate(
      [
        ruleOf(
          { x: feature, r: { ...feature, rank: { cohort: 'class', minCohort: 5, as: 'rank' } } },
          { ge: [{ f: 'x' }, 0] },
        ),
      ],
      sums.map((sum, lane) => [lane, 'a', 0, sum]),
      { lanes: 7, cohorts },
    );
    const { x, r } = evaluation.plan.rules[0]!.features;
    expect([...evaluation.feature(x!).values]).toEqual([0, 25, 25, 75, 100, NaN, NaN]);
    expect([...evaluation.feature(r!).values]).toEqual([1, 2, 2, 4, 5, NaN, NaN]);
  });

  it('shares equal features of several rules', () => {
    const feature: Feature = { metric: 'a', agg: 'sum', window: '7d' };
    const rules = [
      ruleOf({ x: feature }, { ge: [{ f: 'x' }, 3] }),
      ruleOf({ other: { ...feature } }, { ge: [{ f: 'other' }, 5] }),
    ];
    expect(compile(rules, METRICS, MOMENT).features.size).toBe(1);
  });
});

describe('predicates', () => {
  const x: Feature = { metric: 'a', agg: 'sum', window: '7d' };
  const y: Feature = { metric: 'b', agg: 'sum', window: '7d' };
  /** Lane 0: x = 3, y missing. Lane 1: x = 1, y = 2. Lane 2: nothing. */
  const levels = (when: Predicate, more: Partial<Rule> = {}) => [
    ...evaluate(
      [ruleOf({ x, y }, when, more)],
      [
        [0, 'a', 0, 3],
        [1, 'a', 0, 1],
        [1, 'b', 0, 20],
      ],
      { lanes: 3 },
    ).levels(0),
  ];
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
    expect([...evaluate([rule], [[0, 'a', 0, 3]], { lanes: 1, moment: { parameters: { bar: 4 } } }).levels(0)]).toEqual(
      [0],
    );
  });

  it('tells weeks of a term from its first and from its last; outside of terms there are none', () => {
    // A Wednesday; the term ends on the Monday of the third week from here.
    const terms = [{ from: AS_OF - 2, to: AS_OF + 12 }];
    const holds = (when: Predicate, back = 0) => {
      const moment = { terms: terms.map(({ from, to }) => ({ from: from + back, to: to + back })) };
      const judged = evaluate([ruleOf({}, when)], [], { lanes: 1, moment });
      return judged.levels(0)[0] === 2;
    };
    expect(holds({ termWeek: { eq: 1 } })).toBe(true);
    expect(holds({ termWeeksLeft: { eq: 2 } })).toBe(true);
    expect(holds({ termWeeksLeft: { eq: 0 } }, -12)).toBe(true);
    expect(holds({ termWeeksLeft: { eq: 1 } }, -4)).toBe(true);
    expect(holds({ not: { termWeeksLeft: { ge: 0 } } }, -13)).toBe(true);
    expect(holds({ not: { termWeeksLeft: { ge: 0 } } }, 3)).toBe(true);
    const plan = compile([ruleOf({}, { termWeeksLeft: { lt: 2 } })], METRICS, { ...MOMENT, terms });
    expect(plan.rules[0]!.steps[0]!.when).toEqual({ truth: false, pointer: '/when/termWeeksLeft', week: 2 });
  });

  it('climbs the ladder as far as it is known to hold', () => {
    expect(levels(big, { escalate: { to: 'red', when: { lt: [{ f: 'x' }, 4] } } })).toEqual([4, 0, CANNOT_SAY]);
    expect(levels(big, { escalate: { to: 'red', when: missing } })).toEqual([2, 0, CANNOT_SAY]);
    const ladder = ruleOf({ x }, big, {
      level: [{ blue: { ge: [{ f: 'x' }, 1] } }, { orange: { ge: [{ f: 'x' }, 3] } }],
    });
    expect([
      ...evaluate(
        [ladder],
        [
          [0, 'a', 0, 3],
          [1, 'a', 0, 1],
        ],
        { lanes: 2 },
      ).levels(0),
    ]).toEqual([3, 1]);
  });
});
