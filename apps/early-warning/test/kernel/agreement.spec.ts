import fc from 'fast-check';
import type { Moment } from '../../src/kernel/compile.js';
import { CANNOT_SAY } from '../../src/kernel/evaluation.js';
import type { Feature, MaskDay, Predicate } from '../../src/kernel/language.js';
import { Calendar } from '../../src/kernel/masks.js';
import { AS_OF, evaluate, MOMENT, ruleOf } from './kit.js';
import { featureOf, judge, type Student } from './reference.js';

describe('the kernel and the obvious reference', () => {
  const LANES = 12;
  const DAYS = 45;
  const masks = fc.constantFrom<MaskDay[] | undefined>(undefined, ['leave'], ['holiday'], ['leave', 'holiday']);
  const window = fc.oneof(
    fc.integer({ min: 1, max: 20 }).map((n) => `${n}d`),
    fc.constantFrom('iso_week', 'term', 'all'),
  );
  const where = fc
    .record({ op: fc.constantFrom('ge', 'gt', 'le', 'lt', 'eq'), bound: fc.integer({ min: 0, max: 4 }) })
    .map(({ op, bound }) => ({ [op]: bound }));
  const feature: fc.Arbitrary<Feature> = fc
    .record({
      metric: fc.constantFrom('a', 'b'),
      agg: fc.constantFrom(
        'sum',
        'avg',
        'count',
        'max',
        'min',
        'last',
        'hours_since_last',
        'days_over',
        'streak',
        'distinct',
        'ratio',
        'zscore',
      ),
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
        calendar: {
          ...(given.exclude && { exclude: given.exclude }),
          ...(pausing && given.pause && { pause: given.pause }),
        },
        ...(given.fallback !== undefined && { default: given.fallback }),
      };
    });
  const comparison = fc
    .record({
      op: fc.constantFrom('ge', 'gt', 'le', 'lt', 'eq'),
      f: fc.constantFrom('x', 'y'),
      bound: fc.integer({ min: 0, max: 30 }),
    })
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
      fc.record({
        lane: fc.nat(LANES - 1),
        code: fc.constantFrom('a', 'b'),
        back: fc.nat(DAYS),
        stored: fc.integer({ min: 0, max: 6 }),
      }),
      // Without the size fast-check keeps lists short, and short data decides little.
      { minLength: 100, maxLength: 500, size: 'max' },
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
        const rule = ruleOf({ x, y }, when, {
          onNoData: skip ? 'skip' : 'false',
          escalate: { to: 'red', when: { ge: [{ f: 'x' }, 5] } },
        });
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
        const evaluation = evaluate(
          [rule],
          [...cells.values()].map((cell) => [cell.lane, cell.code, -cell.back, cell.stored]),
          {
            lanes: LANES,
            moment,
            calendar: new Calendar(holidays, leave),
            cohorts: new Map([['class', Int32Array.from(given.classes)]]),
          },
        );
        const levels = [...evaluation.levels(0)].map((level) => (level === CANNOT_SAY ? null : level));
        const reference = {
          moment,
          students,
          units: { a: 1, b: 10 },
          isHoliday: (day: number) => holidays.has(day),
          cohortOf: (_: string, i: number) => given.classes[i]!,
        };
        const { x: keyOfX } = evaluation.plan.rules[0]!.features;
        const values = [...evaluation.feature(keyOfX!).values].map((one) => (Number.isNaN(one) ? null : one));
        expect(values).toEqual(students.map((_, lane) => featureOf(reference, x, lane)));
        expect(levels).toEqual(students.map((_, lane) => judge(reference, rule, lane)));
      }),
      { numRuns: 400 },
    );
  });
});
