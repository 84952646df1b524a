import type { Condition } from '../explain/detail-evaluation.js';
import { earlierFeatures, thresholdOf } from '../explain/evidence.js';
import type { Feature, Predicate, Rule } from '../language/rule.js';
import { Calendar } from '../plan/masks.js';
import { AS_OF, evaluate, type Options, type Row, ruleOf } from './kit.js';

const A: Feature = { metric: 'a', agg: 'sum', window: '1d' };
const B: Feature = { metric: 'b', agg: 'sum', window: '1d' };
/** On the day the first student has a = 2 and b = 5, the day before a = 4; the second has nothing. */
const ROWS: Row[] = [
  [0, 'a', 0, 2],
  [0, 'b', 0, 50],
  [0, 'a', -1, 4],
];
const atLeast = (f: string, n: number): Predicate => ({ ge: [{ f }, n] });

/** Conditions of a student, and whether the rule holds for them (as the machine has it). */
function look(when: Predicate, { lane = 0, more = {}, ...options }: Options & { lane?: number; more?: object } = {}) {
  const rule: Rule = ruleOf({ x: A, y: B }, when, { onNoData: 'false', ...more });
  const judged = evaluate([rule], ROWS, options);
  const planned = judged.plan.rules[0]!;
  return {
    conditions: judged.detailEvaluation.conditions(planned.steps[0]!.when, lane),
    holds: judged.levels(0)[lane]! > 0,
    earlier: earlierFeatures(judged.plan, planned, planned.steps[0]!.when),
    planned,
  };
}
const told = (conditions: readonly Condition[]) => conditions.map(({ pointer: _, ...rest }) => rest);

describe('conditions', () => {
  it('below `not` are told as their opposite', () => {
    const { conditions, holds } = look({ all: [atLeast('x', 3), { not: atLeast('y', 10) }] });
    expect(holds).toBe(false);
    expect(conditions).toEqual([
      { pointer: '/when/all/0/ge', op: 'ge', left: 2, right: 3, holds: false },
      { pointer: '/when/all/1/not/ge', op: 'lt', left: 5, right: 10, holds: true },
    ]);
    // What holds below `not` is a threshold that was crossed.
    expect(thresholdOf(conditions)).toBe(10);
  });

  it.each([
    ['gt', 'le'],
    ['le', 'gt'],
    ['lt', 'ge'],
    ['eq', 'ne'],
  ] as const)('%s becomes %s, and twice `not` is none', (op, opposite) => {
    const compare = { [op]: [{ f: 'x' }, 2] } as unknown as Predicate;
    const [once] = look({ not: compare }).conditions;
    const [twice] = look({ not: { not: compare } }).conditions;
    expect([once, twice]).toMatchObject([{ op: opposite }, { op }]);
    expect(once!.holds).toBe(!twice!.holds);
  });

  it('tell how it stands with the calendar, day by day', () => {
    const calendar = new Calendar({ holiday: new Set([AS_OF - 1]) }, { leave: new Map([[0, [[AS_OF, AS_OF]]]]) });
    const not = look({ not: { calendar: 'leave|holiday' } }, { calendar });
    expect(not.holds).toBe(false);
    expect(not.conditions).toEqual([
      { pointer: '/when/not/calendar', calendar: 'leave', not: true, holds: false },
      { pointer: '/when/not/calendar', calendar: 'holiday', not: true, holds: true },
    ]);
    expect(told(look({ calendar: 'leave' }, { calendar, lane: 1 }).conditions)).toEqual([
      { calendar: 'leave', holds: false },
    ]);
    expect(told(look({ calendar: 'holiday' }, { calendar, more: { for: '2d' } }).conditions)).toEqual([
      { calendar: 'holiday', holds: false },
      { calendar: 'holiday', holds: true, day: '2026-11-17' },
    ]);
  });

  it('tell the week of the term', () => {
    const terms = [{ from: AS_OF - 16, to: AS_OF + 90 }];
    const early: Predicate = { termWeek: { le: 2 } };
    expect(told(look(early, { moment: { terms } }).conditions)).toEqual([{ week: 3, holds: false }]);
    expect(told(look({ not: early }, { moment: { terms } }).conditions)).toEqual([{ week: 3, holds: true }]);
    expect(told(look(early).conditions)).toEqual([{ week: null, holds: false }]);
  });

  it('tell that there was no earlier period', () => {
    const terms = [{ from: AS_OF - 16, to: AS_OF + 90 }];
    const held: Predicate = { held: { when: atLeast('x', 1), each: 'term', times: 2 } };
    expect(told(look(held, { moment: { terms } }).conditions)).toEqual([
      { op: 'ge', left: 2, right: 1, holds: true },
      { noPeriod: true, holds: false },
    ]);
  });

  it('are moot beside one that does in their stead', () => {
    const any: Predicate = { any: [atLeast('x', 3), atLeast('y', 3)] };
    expect(told(look(any).conditions)).toEqual([
      { op: 'ge', left: 2, right: 3, holds: false, moot: true },
      { op: 'ge', left: 5, right: 3, holds: true },
    ]);
    // Below `not`, all is any.
    const notAll: Predicate = { not: { all: [atLeast('x', 1), atLeast('y', 9)] } };
    expect(told(look(notAll).conditions)).toEqual([
      { op: 'lt', left: 2, right: 1, holds: false, moot: true },
      { op: 'lt', left: 5, right: 9, holds: true },
    ]);
    const either = look({ any: [{ all: [atLeast('x', 1), atLeast('y', 9)] }, atLeast('y', 4)] });
    expect(either.conditions.map(({ holds, moot }) => [holds, moot])).toEqual([
      [true, true],
      [false, true],
      [true, undefined],
    ]);
    expect(thresholdOf(either.conditions)).toBe(4);
    const { conditions, holds } = look({ any: [atLeast('x', 3), atLeast('y', 9)] });
    expect([holds, conditions.some(({ moot }) => moot)]).toEqual([false, false]);
    // An alternative of which nothing is known keeps another from being false.
    expect(told(look(any, { lane: 1 }).conditions)).toEqual([
      { op: 'ge', left: null, right: 3, holds: null },
      { op: 'ge', left: null, right: 3, holds: null },
    ]);
  });

  it('of earlier days name the date', () => {
    expect(told(look(atLeast('x', 3), { more: { for: '2d' } }).conditions)).toEqual([
      { op: 'ge', left: 2, right: 3, holds: false },
      { op: 'ge', left: 4, right: 3, holds: true, day: '2026-11-17' },
    ]);
  });
});

describe('features of earlier days', () => {
  it('are those that conditions look at, by name, nearest first', () => {
    const { earlier, planned } = look(atLeast('x', 3), { more: { for: '3d' } });
    expect(earlier.map(({ asOf, features }) => [asOf, Object.keys(features)])).toEqual([
      ['2026-11-17', ['x']],
      ['2026-11-16', ['x']],
    ]);
    expect(planned.usedFeatures.has(earlier[0]!.features.x!)).toBe(true);
    expect(look(atLeast('x', 3)).earlier).toEqual([]);
  });

  it('are found by name where one is the other of the day before', () => {
    const rule = ruleOf({ x: A, before: { ...A, offset: '1d' } }, { gt: [{ f: 'x' }, { f: 'before' }] }, { for: '2d' });
    const { plan } = evaluate([rule], ROWS);
    const [planned] = plan.rules;
    const [then] = earlierFeatures(plan, planned!, planned!.steps[0]!.when);
    expect(then!.features.x).toBe(planned!.features.before);
    expect(then!.features.before).not.toBe(planned!.features.before);
  });

  it('go back over the ends of periods', () => {
    const terms = [
      { from: AS_OF - 200, to: AS_OF - 60 },
      { from: AS_OF - 16, to: AS_OF + 90 },
    ];
    const held: Predicate = { held: { when: atLeast('x', 1), each: 'term', times: 2 } };
    expect(look(held, { moment: { terms } }).earlier.map(({ asOf }) => asOf)).toEqual(['2026-09-19']);
  });

  it('are bounded', () => {
    const held: Predicate = { held: { when: atLeast('x', 1), each: 'iso_week', times: 8 } };
    const { earlier } = look(held, { more: { for: '14d' } });
    expect(earlier).toHaveLength(13);
    expect(earlier[0]!.asOf).toBe('2026-11-17');
  });
});
