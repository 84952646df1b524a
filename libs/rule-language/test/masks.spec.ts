import { compile, type Moment } from '../plan/compile.js';
import type { Feature, Predicate, Rule } from '../language/rule.js';
import { firstMaskDays } from '../plan/masks.js';
import { AS_OF, METRICS, MOMENT, ruleOf } from './kit.js';

/** Days before the as-of day, by kind. */
function reach(rules: Rule[], moment: Partial<Moment> = {}): Record<string, number> {
  const plan = compile(rules, METRICS, { ...MOMENT, ...moment });
  return Object.fromEntries([...firstMaskDays([plan])].map(([mask, day]) => [mask, AS_OF - day]));
}
const rule = (feature: Omit<Feature, 'metric'>, when: Predicate = { ge: [{ f: 'x' }, 1] }, more: Partial<Rule> = {}) =>
  ruleOf({ x: { metric: 'a', ...feature } }, when, more);

describe('firstMaskDays', () => {
  it('reaches as far back as features look, baseline and offset included, kind by kind', () => {
    expect(reach([rule({ agg: 'sum', window: '900d' })])).toEqual({});
    expect(
      reach([
        rule({ agg: 'streak', where: { ge: 1 }, window: '10d', calendar: { pause: ['exam'], exclude: ['leave'] } }),
        rule({ agg: 'sum', window: '7d', offset: '1000d', calendar: { exclude: ['holiday', 'exam'] } }),
        rule({ agg: 'ratio', window: '7d', baseline: '28d', calendar: { exclude: ['internship'] } }),
      ]),
    ).toEqual({ leave: 9, exam: 1006, holiday: 1006, internship: 34 });
  });

  it('reaches back over terms, and over all there is no further than the metric is kept', () => {
    const terms = [-2000, -1500, -20].map((from) => ({ from: AS_OF + from, to: AS_OF + from + 100 }));
    const leave = { exclude: ['leave'] } as Feature['calendar'];
    expect(reach([rule({ agg: 'sum', window: 'term', offset: '2t', calendar: leave! })], { terms })).toEqual({
      leave: 2000,
    });
    expect(reach([rule({ agg: 'sum', calendar: leave! })])).toEqual({ leave: 3660 });
  });

  it('knows the earlier days that conditions ask about', () => {
    const terms = [-2000, -1500, -20].map((from) => ({ from: AS_OF + from, to: AS_OF + from + 100 }));
    const held: Predicate = {
      held: { when: { any: [{ not: { calendar: 'leave' } }, { ge: [{ f: 'x' }, 1] }] }, each: 'term', times: 3 },
    };
    expect(reach([rule({ agg: 'sum', window: '7d' }, held)], { terms })).toEqual({ leave: 1900 });
    const clearWhen: Predicate = { all: [{ calendar: 'holiday|exam' }] };
    expect(reach([rule({ agg: 'sum', window: '7d' }, undefined, { clearWhen })])).toEqual({ holiday: 0, exam: 0 });
  });
});
