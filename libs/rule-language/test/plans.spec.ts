import fc from 'fast-check';
import { compile } from '../plan/compile.js';
import { CANNOT_SAY } from '../judge/evaluation.js';
import type { Rule } from '../language/rule.js';
import { Calendar } from '../plan/masks.js';
import { cohortsOf, given, LANES, rule, worldOf } from './arbitraries.js';
import { evaluate, METRICS } from './kit.js';
import { judge } from './reference.js';

describe('rules in one plan', () => {
  it('share features and registers, and none disturbs another', () => {
    fc.assert(
      fc.property(given, fc.array(rule, { minLength: 3, maxLength: 6 }), (one, several) => {
        const world = worldOf(one);
        // Whom a rule is for is another test's matter.
        const rules = several.map(({ students: _students, ...each }, i): Rule => ({ ...each, id: `rule-${i}` }));
        const evaluation = evaluate(rules, world.rows, {
          lanes: LANES,
          moment: world.moment,
          calendar: new Calendar(world.forAll, world.byLane),
          cohorts: cohortsOf(world, compile(rules, METRICS, world.moment)),
        });
        rules.forEach((each, i) => {
          const levels = [...evaluation.levels(i)].map((level) => (level === CANNOT_SAY ? null : level));
          expect(levels).toEqual(world.students.map((_, lane) => judge(world, each, lane)));
        });
      }),
      { numRuns: 150 },
    );
  });
});
