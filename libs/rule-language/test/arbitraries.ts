import fc from 'fast-check';
import type { Moment, Plan } from '../plan/compile.js';
import {
  type Aggregate,
  AGGREGATES,
  IN_DEVIATIONS,
  WITH_BASELINE,
  WITH_PAUSE,
  WITH_WHERE,
  WITHOUT_OFFSET,
} from '../language/aggregates.js';
import { dateOfDay } from '../language/days.js';
import type { Constant, Expression, Feature, MaskDay, Predicate, Rule } from '../language/rule.js';
import { AS_OF, MOMENT, ruleOf } from './kit.js';
import type { Student, World } from './reference.js';

/** Random rules and random data for properties: few students and small numbers, so that much is decided. */
export const LANES = 12;
const DAYS = 45;

const masks = fc.constantFrom<MaskDay[] | undefined>(
  undefined,
  ...[['leave'], ['holiday'], ['leave', 'holiday'], ['internship', 'exam']].map((list) => list as MaskDay[]),
);
const window = fc.oneof(
  fc.integer({ min: 1, max: 20 }).map((n) => `${n}d`),
  fc.constantFrom('iso_week', 'term', 'all'),
);
const where = fc
  .record({
    op: fc.constantFrom('ge', 'gt', 'le', 'lt', 'eq'),
    bound: fc.constantFrom<Constant>(0, 0.3, 1, 2, 3, 4, 32_768, 2_147_483_647, { $p: 'huge', default: 1 }),
  })
  .map(({ op, bound }) => ({ [op]: bound }));

export const feature: fc.Arbitrary<Feature> = fc
  .record({
    metric: fc.constantFrom('a', 'b'),
    agg: fc.constantFrom(...(Object.keys(AGGREGATES) as Aggregate[])),
    window,
    shift: fc.integer({ min: 0, max: 3 }),
    where,
    minData: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    minSd: fc.constantFrom(undefined, 0, 0.1, 1),
    ranked: fc.constantFrom(undefined, 'percentile', 'rank'),
    minCohort: fc.constantFrom(2, 3),
    exclude: masks,
    pause: masks,
    fallback: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  })
  .map((given): Feature => {
    const { agg } = given;
    const pausing = WITH_PAUSE.has(agg);
    const baseline = WITH_BASELINE.has(agg);
    const w = baseline && !given.window.endsWith('d') ? '5d' : given.window;
    const movable = !WITHOUT_OFFSET.has(agg) && given.shift > 0;
    const unit = { iso_week: 'w', term: 't' }[w] ?? 'd';
    return {
      metric: given.metric,
      agg,
      window: w,
      ...(movable && { offset: `${given.shift}${unit}` }),
      ...(WITH_WHERE.has(agg) && { where: given.where }),
      ...(baseline && { baseline: '14d' }),
      ...(given.minData !== undefined && { minData: given.minData }),
      ...(IN_DEVIATIONS.has(agg) && given.minSd !== undefined && { minSd: given.minSd }),
      ...(given.ranked && { rank: { cohort: 'class', as: given.ranked as 'rank', minCohort: given.minCohort } }),
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
    bound: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constantFrom(-1.5, 0.1, 1 / 3, 100 / 3)),
  })
  .map(({ op, f, bound }) => compare(op, { f }, bound));
const held = fc
  .record({ when: comparison, each: fc.constantFrom('day', 'iso_week', 'term'), times: fc.constantFrom(2, 3) })
  .map((inner) => ({ held: inner }) as Predicate);

/** Over the features x and y. */
export const predicate = fc.letrec<{ node: Predicate }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    comparison,
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((all): Predicate => ({ all })),
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((any): Predicate => ({ any })),
    tie('node').map((not): Predicate => ({ not })),
    fc.constantFrom<Predicate>(
      ...[{ calendar: 'leave' }, { calendar: 'leave|holiday' }, { calendar: 'internship|exam' }],
      ...[{ termWeek: { le: 2 } }, { termWeek: { ge: 2, lt: 5 } }],
      ...[{ termWeeksLeft: { lt: 1 } }, { termWeeksLeft: { ge: 1, le: 2 } }],
    ),
    comparison.map((one): Predicate => {
      const [op, [left, right]] = Object.entries(one)[0] as [string, [{ f: string }, number]];
      return compare(op, { add: [{ mul: [0.1, left, 3] }, { f: 'y' }] }, { sub: [right, 2] });
    }),
    held,
  ),
})).node;

export const rule: fc.Arbitrary<Rule> = fc
  .record({
    x: feature,
    y: feature,
    when: predicate,
    more: predicate,
    ladder: fc.constantFrom('one', 'escalate', 'list'),
    skip: fc.boolean(),
    for: fc.constantFrom(undefined, undefined, '2d', '3d'),
    effective: fc.constantFrom<[number, number] | undefined>(...[undefined, undefined], [-9, 0], [-9, 9], [1, 9]),
    some: fc.boolean(),
    clear: fc.option(predicate, { nil: undefined }),
  })
  .map(({ x, y, when, more, ladder, skip, for: days, effective, some, clear }) => {
    const [from, to] = (effective ?? []).map((day) => dateOfDay(AS_OF + day));
    return ruleOf({ x, y }, when, {
      onNoData: skip ? 'skip' : 'false',
      ...(ladder === 'escalate' && { escalate: { to: 'red', when: more } }),
      ...(ladder === 'list' && { level: [{ blue: when }, { orange: more }], when: undefined }),
      ...(days && { for: days }),
      ...(effective && { effective: { from, to } }),
      ...(some && { students: { sex: 'female' } }),
      ...(clear && { clearWhen: clear }),
    } as Partial<Rule>);
  });

const back = fc.integer({ min: -2, max: DAYS });
const ranges = fc.array(fc.record({ lane: fc.nat(LANES - 1), back, days: fc.nat(8) }), { maxLength: 8 });

/** What `worldOf` makes a world of. */
export const given = fc.record({
  cells: fc.array(
    fc.record({
      lane: fc.nat(LANES - 1),
      code: fc.constantFrom('a', 'b'),
      back,
      // Now and then beyond int16, or at its end.
      stored: fc.oneof(
        { weight: 100, arbitrary: fc.integer({ min: 0, max: 6 }) },
        { weight: 1, arbitrary: fc.constantFrom(32_767, 32_768, 70_000) },
      ),
    }),
    // Without the size fast-check keeps lists short, and short data decides little.
    { minLength: 100, maxLength: 500, size: 'max' },
  ),
  holidays: fc.array(back, { maxLength: 6 }),
  exams: fc.array(back, { maxLength: 6 }),
  leave: ranges,
  internship: ranges,
  classes: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: LANES, maxLength: LANES }),
  /** Terms, backwards in time: days after the term until the next (or until the as-of day), and its length. */
  terms: fc.array(fc.record({ gap: fc.integer({ min: -5, max: 4 }), length: fc.integer({ min: 3, max: 25 }) }), {
    maxLength: 3,
  }),
  elapsedHours: fc.constantFrom(24, 7.5, 23.216666666666665),
});
export type Given = typeof given extends fc.Arbitrary<infer T> ? T : never;

export interface RandomWorld extends World {
  /** As `evaluate` of kit.ts takes them. */
  rows: (readonly [lane: number, metric: string, day: number, stored: number])[];
  forAll: { holiday: Set<number>; exam: Set<number> };
  byLane: { leave: Map<number, [number, number][]>; internship: Map<number, [number, number][]> };
}

export function worldOf(one: Given): RandomWorld {
  const cells = new Map(one.cells.map((cell) => [`${cell.lane} ${cell.code} ${cell.back}`, cell]));
  const forAll = { holiday: daysOf(one.holidays), exam: daysOf(one.exams) };
  const byLane = { leave: rangesOf(one.leave), internship: rangesOf(one.internship) };
  const covers =
    (of: Map<number, [number, number][]>, lane: number) =>
    (day: number): boolean =>
      (of.get(lane) ?? []).some(([from, to]) => from <= day && day <= to);
  return {
    moment: { ...MOMENT, elapsedHours: one.elapsedHours, terms: termsOf(one.terms), parameters: { huge: 3e9 } },
    students: Array.from({ length: LANES }, (_, lane): Student => {
      const data: Student['data'] = { a: new Map(), b: new Map() };
      for (const cell of cells.values()) if (cell.lane === lane) data[cell.code]!.set(AS_OF - cell.back, cell.stored);
      return { data, onLeave: covers(byLane.leave, lane), onInternship: covers(byLane.internship, lane) };
    }),
    units: { a: 1, b: 10 },
    isHoliday: (day) => forAll.holiday.has(day),
    isExam: (day) => forAll.exam.has(day),
    // Before the as-of day everybody was in the class of the next.
    cohortOf: (_, lane, day) => one.classes[day < AS_OF ? (lane + 1) % LANES : lane]!,
    rows: [...cells.values()].map((cell) => [cell.lane, cell.code, -cell.back, cell.stored]),
    forAll,
    byLane,
  };
}

function daysOf(backs: number[]): Set<number> {
  return new Set(backs.map((one) => AS_OF - one));
}

function rangesOf(list: Given['leave']): Map<number, [number, number][]> {
  const found = new Map<number, [number, number][]>();
  for (const { lane, back: first, days } of list)
    found.set(lane, [...(found.get(lane) ?? []), [AS_OF - first, AS_OF - first + days]]);
  return found;
}

function termsOf(list: Given['terms']): Moment['terms'] {
  let next = AS_OF;
  return list
    .map(({ gap, length }, i) => {
      const to = next - 1 - (i === 0 ? gap : Math.max(0, gap));
      next = to - length + 1;
      return { from: next, to };
    })
    .reverse();
}

function compare(op: string, left: Expression, right: Expression): Predicate {
  return { [op]: [left, right] } as unknown as Predicate;
}

/** The cohort tables that the plan's ranks ask for. */
export function cohortsOf(world: RandomWorld, plan: Plan): Map<string, Int32Array> {
  const names = [...plan.features.values()].flatMap(({ cohort, asOf }) => (cohort ? [[cohort, asOf] as const] : []));
  return new Map(
    names.map(([name, day]) => [
      name,
      Int32Array.from(world.students, (_, lane) => world.cohortOf('class', lane, day)),
    ]),
  );
}
