import type { Rule } from '../language/rule.js';
import { BLOCK, Evaluation, type World } from '../judge/evaluation.js';
import { compile } from '../plan/compile.js';
import { Calendar } from '../plan/masks.js';
import { carryOut, wasmMachine } from '../machine/machine.js';
import { Memory } from '../machine/memory.js';
import type { Vector } from '../judge/space.js';
import { AS_OF, METRICS, MOMENT, ruleOf } from './kit.js';

/** Two whole blocks and a piece. */
const STUDENTS = 2 * BLOCK + 777;
const DAYS = 4;
const COHORTS = 9;

const valueOf = (student: number, back: number): number => (student * 7 + back * 3) % 11;
const cohortOf = (student: number): number => (student % 100 === 0 ? -1 : student % COHORTS);

const RULES: Rule[] = [
  ruleOf({ x: { metric: 'a', agg: 'sum', window: '4d' } }, { ge: [{ f: 'x' }, 25] }),
  ruleOf(
    { x: { metric: 'a', agg: 'sum', window: '4d', rank: { cohort: 'class', minCohort: 2 } } },
    { lt: [{ f: 'x' }, 10] },
    { onNoData: 'false' },
  ),
  ruleOf({ x: { metric: 'a', agg: 'sum', window: '2d', calendar: { exclude: ['leave'] } } }, { ge: [{ f: 'x' }, 12] }),
];

/** Each block has vectors of its own, as in the database. */
function vectorsOf(memory: Memory, block: number): Vector[] {
  const first = block * BLOCK;
  const end = Math.min(STUDENTS, first + BLOCK);
  return Array.from({ length: DAYS }, (_, i) => {
    const back = DAYS - 1 - i;
    const address = memory.allocate(2 * (end - first));
    const values = new Int16Array(memory.buffer, address, end - first);
    for (let student = first; student < end; student++) values[student - first] = valueOf(student, back);
    return { day: AS_OF - back, address, first, end, wide: false };
  });
}

describe('an evaluation over several blocks', () => {
  const onLeave = [3, BLOCK, BLOCK + 5, STUDENTS - 1];
  const calendar = new Calendar({}, { leave: new Map(onLeave.map((lane) => [lane, [[AS_OF - 1, AS_OF]]])) });

  it.each([1, 2])('judges every student, in cohorts that reach over all of them; %d machines', (machines) => {
    const memory = new Memory();
    const machine = wasmMachine(memory.wasm);
    const blocks = [0, 1, 2].map((block) => vectorsOf(memory, block));
    const plan = compile(RULES, METRICS, MOMENT);
    const cohorts = Int32Array.from({ length: STUDENTS }, (_, student) => cohortOf(student));
    const name = [...plan.features.values()].find((feature) => feature.cohort)!.cohort!;
    const world: World = { students: STUDENTS, calendar, cohorts: new Map([[name, cohorts]]), judged: new Map() };
    const evaluation = new Evaluation(plan, world, memory);
    const work = evaluation.work(
      (from) => ({
        start: from,
        end: from + BLOCK,
        vectors: () => blocks[from / BLOCK]!,
        knownDays: () => blocks[0]!.map(({ day }) => day),
        laneOf: (ordinal) => ordinal,
      }),
      machines,
    );
    for (const one of work) if ('stages' in one) carryOut(machine, one.stages.flat());

    const sum = (student: number, days: number): number =>
      Array.from({ length: days }, (_, back) => valueOf(student, back)).reduce((a, b) => a + b);
    const sums = Array.from({ length: STUDENTS }, (_, student) => sum(student, DAYS));
    const inCohorts = Array.from({ length: COHORTS }, (_, cohort) =>
      sums.filter((_sum, student) => cohortOf(student) === cohort).sort((a, b) => a - b),
    );
    const percentile = (student: number): number => {
      const cohort = inCohorts[cohortOf(student)];
      if (!cohort) return NaN;
      return (100 * cohort.findIndex((one) => one >= sums[student]!)) / (cohort.length - 1);
    };
    const away = new Set(onLeave);
    const expected = [
      sums.map((one) => (one >= 25 ? 2 : 0)),
      sums.map((_, student) => (percentile(student) < 10 ? 2 : 0)),
      // Without any day that counts nothing can be said.
      sums.map((_, student) => (away.has(student) ? 255 : sum(student, 2) >= 12 ? 2 : 0)),
    ];
    expected.forEach((levels, i) => expect(Buffer.from(evaluation.levels(i)).equals(Buffer.from(levels))).toBe(true));
    expect(expected.map((levels) => levels.some((level) => level === 2))).toEqual([true, true, true]);
  });
});
