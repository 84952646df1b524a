import { DetailEvaluation } from '../explain/detail-evaluation.js';
import { compile, type Moment, type Plan } from '../plan/compile.js';
import { dayOf } from '../language/days.js';
import { type Cohorts, Evaluation, type World } from '../judge/evaluation.js';
import type { Feature, MetricInfo, Predicate, Rule } from '../language/rule.js';
import { carryOut, type Machine, MAX_NARROW, wasmMachine } from '../machine/machine.js';
import { Memory } from '../machine/memory.js';
import { PlainMachine } from '../machine/plain-machine.js';
import { Calendar } from '../plan/masks.js';
import type { Lanes, Vector } from '../judge/space.js';

const metric = (code: string, number: number, decimals = 0): MetricInfo => ({
  ...{ code, number, decimals, unit: 'min', retentionDays: 3660, sensitivity: 2 },
});
/** `a` in whole units, `b` with one decimal. */
export const METRICS = new Map([metric('a', 1), metric('b', 2, 1)].map((one) => [one.code, one]));
// A Wednesday.
export const AS_OF = dayOf('2026-11-18');
export const MOMENT: Moment = { asOf: AS_OF, elapsedHours: 24, parameters: {} };

export function ruleOf(features: Record<string, Feature>, when: Predicate, more: Partial<Rule> = {}): Rule {
  const text = { zh: '测', en: 'test' };
  return { id: 'test', title: text, features, level: 'yellow', when, reason: text, ...more };
}

/** Row `[ordinal, metric, day relative to the as-of day, stored value]`. */
export type Row = readonly [ordinal: number, metric: string, day: number, value: number];

export interface Options {
  lanes?: number;
  moment?: Partial<Moment>;
  calendar?: Calendar;
  /** By the cohort's name, or its name and day (`class@20410`). */
  cohorts?: ReadonlyMap<string, Cohorts>;
  /** Ordinals by the rule's place. */
  judged?: ReadonlyMap<number, readonly number[]>;
  metrics?: ReadonlyMap<string, MetricInfo>;
}

/** What a plan came to, told alike (they are compared here) by the WebAssembly and the plain machine, of narrow and of wide days. */
export interface Judged {
  plan: Plan;
  levels(i: number): Uint8Array;
  clears(i: number): Uint8Array | undefined;
  feature(key: string): { values: Float64Array; raw: Float64Array };
  detailEvaluation: DetailEvaluation;
}

/** Judges rules over rows, which lie in memory as day vectors that reach over their students only. */
export function evaluate(rules: readonly Rule[], rows: readonly Row[], options: Options = {}): Judged {
  const metrics = options.metrics ?? METRICS;
  const plan = compile(rules, metrics, { ...MOMENT, ...options.moment });
  const cohorts = new Map<string, Cohorts>();
  for (const { cohort, feature } of plan.features.values()) {
    const table = cohort && (options.cohorts?.get(cohort) ?? options.cohorts?.get(feature.rank!.cohort));
    if (table) cohorts.set(cohort, table);
  }
  const world: World = {
    students: options.lanes ?? 4,
    calendar: options.calendar ?? new Calendar(),
    cohorts,
    judged: options.judged ?? new Map<number, readonly number[]>(),
  };
  const memory = new Memory();
  const lanes = place(memory, rows, metrics, world.students, false);
  const mixed = place(memory, rows, metrics, world.students, true);
  const judged = runOn(wasmMachine(memory.wasm), plan, world, memory, lanes);
  const others = [
    runOn(wasmMachine(memory.wasm), plan, world, memory, lanes, 3),
    runOn(new PlainMachine(memory), plan, world, memory, lanes),
    runOn(wasmMachine(memory.wasm), plan, world, memory, mixed),
    runOn(new PlainMachine(memory), plan, world, memory, mixed),
  ];
  plan.rules.forEach((_, i) => {
    for (const other of others) {
      expect(other.levels(i)).toEqual(judged.levels(i));
      expect(other.clears(i)).toEqual(judged.clears(i));
    }
  });
  const everybody = Array.from({ length: world.students }, (_, i) => i);
  const detailEvaluation = new DetailEvaluation(judged, memory, plan.features.keys(), everybody);
  detailEvaluation.gather(lanes);
  detailEvaluation.finish();
  const column = (key: string, which: 'value' | 'raw') =>
    Float64Array.from(everybody, (i) => detailEvaluation.feature(key, i)[which]);
  return {
    plan,
    levels: (i) => judged.levels(i),
    clears: (i) => judged.clears(i),
    feature: (key) => ({ values: column(key, 'value'), raw: column(key, 'raw') }),
    detailEvaluation,
  };
}

function runOn(machine: Machine, plan: Plan, world: World, memory: Memory, lanes: Lanes, slices = 1): Evaluation {
  const evaluation = new Evaluation(plan, world, memory);
  for (const work of evaluation.work(() => lanes, slices)) if ('stages' in work) carryOut(machine, work.stages.flat());
  return evaluation;
}

function place(
  memory: Memory,
  rows: readonly Row[],
  metrics: ReadonlyMap<string, MetricInfo>,
  students: number,
  mixed: boolean,
): Lanes {
  const byDay = new Map<string, Row[]>();
  for (const row of rows) byDay.set(`${row[1]} ${row[2]}`, [...(byDay.get(`${row[1]} ${row[2]}`) ?? []), row]);
  const vectors = new Map<number, Vector[]>();
  for (const of of byDay.values()) {
    const [, code, day] = of[0]!;
    const first = Math.min(...of.map(([ordinal]) => ordinal));
    const values = new Int32Array(Math.max(...of.map(([ordinal]) => ordinal)) - first + 1).fill(-1);
    for (const [ordinal, , , value] of of) values[ordinal - first] = value;
    // `mixed`: both widths meet in one table.
    const wide = values.some((value) => value > MAX_NARROW) || (mixed && day % 2 === 0);
    const address = memory.allocate(4 * values.length);
    if (wide) new Int32Array(memory.buffer, address, values.length).set(values);
    else new Int16Array(memory.buffer, address, values.length).set(values);
    const number = metrics.get(code)!.number;
    const vector = { day: AS_OF + day, address, first, end: first + values.length, wide };
    vectors.set(
      number,
      [...(vectors.get(number) ?? []), vector].sort((x, y) => x.day - y.day),
    );
  }
  const of = (number: number): Vector[] => vectors.get(number) ?? [];
  return {
    start: 0,
    end: students,
    vectors: of,
    knownDays: (number) => of(number).map(({ day }) => day),
    laneOf: (ordinal) => ordinal,
  };
}
