import fc from 'fast-check';
import { compile } from '../plan/compile.js';
import { CANNOT_SAY } from '../judge/evaluation.js';
import { Calendar } from '../plan/masks.js';
import { cohortsOf, given, LANES, rule, worldOf } from './arbitraries.js';
import { evaluate, METRICS } from './kit.js';
import { featureOf, holds, judge } from './reference.js';

describe('the machine and the obvious reference', () => {
  it('agree on every student for random rules over random data', () => {
    fc.assert(
      fc.property(given, rule, fc.uint8Array({ minLength: LANES, maxLength: LANES, max: 1 }), (one, judged, chosen) => {
        const world = worldOf(one);
        const lanes = [...Array(LANES).keys()].filter((lane) => !judged.students || chosen[lane] === 1);
        const evaluation = evaluate([judged], world.rows, {
          lanes: LANES,
          moment: world.moment,
          calendar: new Calendar(world.forAll, world.byLane),
          cohorts: cohortsOf(world, compile([judged], METRICS, world.moment)),
          ...(judged.students && { judged: new Map([[0, lanes]]) }),
        });
        const { x: keyOfX } = evaluation.plan.rules[0]!.features;
        const values = [...evaluation.feature(keyOfX!).values].map((one) => (Number.isNaN(one) ? null : one));
        expect(values).toEqual(world.students.map((_, lane) => featureOf(world, judged.features.x!, lane)));
        const levels = [...evaluation.levels(0)].map((level) => (level === CANNOT_SAY ? null : level));
        expect(levels).toEqual(
          world.students.map((_, lane) => (lanes.includes(lane) ? judge(world, judged, lane) : 0)),
        );
        const { clearWhen } = judged;
        const cleared = clearWhen && world.students.map((_, lane) => holds(world, judged, clearWhen, lane));
        const clears = evaluation.clears(0);
        expect(clears && [...clears]).toEqual(cleared?.map((one) => (one === null ? 2 : Number(one))));
      }),
      { numRuns: 400 },
    );
  });
});
