import type { Plan, PlannedFeature } from '../plan/compile.js';
import { FeatureWriter, needsOf } from './features.js';
import { Assembler } from '../machine/assembler.js';
import { type Call, LANES, OP } from '../machine/machine.js';
import { Arena, type Memory } from '../machine/memory.js';
import type { Calendar } from '../plan/masks.js';
import { PredicateWriter } from './predicates.js';
import { type Lanes, Space } from './space.js';

/** Level by lane of a rule: 0 = does not hold, 1–4 = blue … red. */
export const CANNOT_SAY = 255;

/** Cohorts of students: the cohort's number by ordinal, -1 for none. */
export type Cohorts = Int32Array;

/** Days of a metric that must be in memory. */
export interface Need {
  metric: number;
  from: number;
  to: number;
}

/** What rules are judged over. */
export interface World {
  /** Students: ordinals 0 … students - 1. */
  students: number;
  calendar: Calendar;
  /** Cohorts of rank features, by their name. */
  cohorts: ReadonlyMap<string, Cohorts>;
  /** Ordinals that a rule with `students` is about, by the rule's place in the plan. */
  judged: ReadonlyMap<number, readonly number[]>;
}

/**
 * Work that somebody else carries out: bring days into memory, or call the machine, stage by stage; of the calls of one stage none
 * depends on another.
 */
export type Work = { load: Need[]; from: number; to: number } | { stages: Call[][] };

/** Asked for lanes once `load` was carried out. */
export type LanesOf = (from: number, to: number) => Lanes;

/** Slices for each of several machines: when one is held up, the others take what is left. */
const SLICES = 3;

/** Students whose vectors are in memory at the same time; vectors are stored in blocks of so many. */
export const BLOCK = 65_536;

/** Addresses of a ranked feature's numbers, by ordinal. */
interface Ranked {
  feature: PlannedFeature;
  raw: number;
  place: number;
}

/** Ordinals cohort by cohort, and where each cohort begins. */
interface CohortOrder {
  order: Int32Array;
  starts: Int32Array;
  /** Members of the largest cohort. */
  largest: number;
  /** Ordinals that are in no cohort. */
  without: number[];
}
/** Put in order once for as long as they are remembered. */
const cohortOrders = new WeakMap<Cohorts, CohortOrder>();

/**
 * One evaluation of a plan over all students, block by block: `work` says what is to be done, step by step; then levels can be read,
 * where they lie, until `release`.
 */
export class Evaluation {
  private readonly arena: Arena;
  private levelsAt: number[] = [];
  private clearsAt: (number | undefined)[] = [];
  private readonly ranked = new Map<string, Ranked>();

  constructor(
    readonly plan: Plan,
    readonly world: World,
    private readonly memory: Memory,
  ) {
    this.arena = new Arena(memory);
  }

  /** Everything the plan looks at. */
  needs(): Need[] {
    return needsOf(this.plan.features.values());
  }

  /**
   * Once. Whoever gives up in between must end the generator, so that the memory is free again. `machines`: how many calls can be
   * carried out at a time.
   */
  *work(lanesOf: LanesOf, machines = 1): Generator<Work, void, void> {
    this.makeRoom();
    const ranked = [...this.ranked.values()].map(({ feature }) => feature);
    const values = (space: Space, end: number): Call[] => runs(space, this.rankedProgram(space, ranked), end, machines);
    const rules = (space: Space, end: number): Call[] => runs(space, this.rulesProgram(space), end, machines);
    if (ranked.length === 0) yield* this.blocks(lanesOf, this.needs(), (space, end) => [rules(space, end)]);
    else if (this.world.students <= BLOCK)
      yield* this.blocks(lanesOf, this.needs(), (space, end) => [
        values(space, end),
        this.placeCalls(space.arena),
        rules(space, end),
      ]);
    else {
      // A cohort may reach over several blocks: first everybody's values.
      yield* this.blocks(lanesOf, needsOf(ranked), (space, end) => [values(space, end)]);
      yield* this.places();
      yield* this.blocks(lanesOf, this.needs(), (space, end) => [rules(space, end)]);
    }
  }

  /** Gives the results' memory to others. */
  release(): void {
    this.arena.release();
  }

  private makeRoom(): void {
    const padded = Math.ceil(this.world.students / LANES) * LANES;
    const array = (width: number): number => this.arena.allocate(Math.max(1, padded * width));
    this.levelsAt = this.plan.rules.map(() => array(1));
    this.clearsAt = this.plan.rules.map(({ clear }) => (clear ? array(1) : undefined));
    for (const feature of this.plan.features.values())
      if (feature.cohort !== undefined) this.ranked.set(feature.key, { feature, raw: array(8), place: array(8) });
  }

  /** Levels of the plan's i-th rule, by ordinal; CANNOT_SAY where too much is missing and the rule skips such students. */
  levels(i: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, this.levelsAt[i]!, this.world.students);
  }

  /** Whether the i-th rule's `clearWhen` holds: 0 no, 1 yes, 2 unknown; undefined without one. */
  clears(i: number): Uint8Array | undefined {
    const at = this.clearsAt[i];
    return at === undefined ? undefined : new Uint8Array(this.memory.buffer, at, this.world.students);
  }

  /** Value before ranking and place of a ranked feature, by ordinal. */
  placesOf(key: string): { raw: Float64Array; place: Float64Array } | undefined {
    const ranked = this.ranked.get(key);
    const numbers = (at: number): Float64Array => new Float64Array(this.memory.buffer, at, this.world.students);
    return ranked && { raw: numbers(ranked.raw), place: numbers(ranked.place) };
  }

  private *blocks(
    lanesOf: LanesOf,
    load: Need[],
    stagesOf: (space: Space, end: number) => Call[][],
  ): Generator<Work, void, void> {
    const { students, calendar } = this.world;
    for (let from = 0; from < students; from += BLOCK) {
      const to = Math.min(students, from + BLOCK);
      yield { load, from, to };
      const arena = new Arena(this.memory);
      try {
        yield { stages: stagesOf(new Space(arena, lanesOf(from, to), calendar), to) };
      } finally {
        arena.release();
      }
    }
  }

  private rankedProgram(space: Space, ranked: readonly PlannedFeature[]): Assembler {
    const code = new Assembler();
    const features = new FeatureWriter(code, space);
    for (const _ of features.write(ranked));
    for (const feature of ranked) code.emit(OP.STORE, this.ranked.get(feature.key)!.raw, features.register(feature));
    return code;
  }

  private *places(): Generator<Work, void, void> {
    const arena = new Arena(this.memory);
    try {
      yield { stages: [this.placeCalls(arena)] };
    } finally {
      arena.release();
    }
  }

  private placeCalls(arena: Arena): Call[] {
    const tables = new Map<string, CohortOrder & { orderAt: number; startsAt: number }>();
    const calls: Call[] = [];
    for (const { feature, raw, place } of this.ranked.values()) {
      const name = feature.cohort!;
      let table = tables.get(name);
      if (!table) {
        const found = orderOf(this.world.cohorts.get(name) ?? new Int32Array(this.world.students).fill(-1));
        table = { ...found, orderAt: arena.write(found.order), startsAt: arena.write(found.starts) };
        tables.set(name, table);
      }
      const { as = 'percentile', minCohort = 10 } = feature.feature.rank!;
      const room = arena.allocate(32 * Math.max(1, table.largest));
      const { orderAt, startsAt, starts, without } = table;
      // The machine writes those of the others.
      const places = new Float64Array(this.memory.buffer, place, this.world.students);
      for (const ordinal of without) places[ordinal] = NaN;
      calls.push(['rank', raw, orderAt, startsAt, starts.length - 1, minCohort, as === 'rank' ? 1 : 0, room, place]);
    }
    return calls;
  }

  /** A rule is written as soon as its features are there, so that few registers are in use at a time and stay in the cache. */
  private rulesProgram(space: Space): Assembler {
    const code = new Assembler();
    const features = new FeatureWriter(code, space);
    const predicates = new PredicateWriter(code, space, (key) => features.register(this.plan.features.get(key)!));
    const waiting = new Map(this.plan.rules.entries());
    const finished = new Set<string>();
    const isThere = (key: string): boolean => features.has(key) || this.ranked.has(key);
    const writeReady = (): void => {
      for (const [i, planned] of waiting) {
        const keys = [...planned.usedFeatures];
        if (!keys.every(isThere)) continue;
        for (const key of keys.filter((one) => !finished.has(one)))
          features.finish(this.plan.features.get(key)!, this.ranked.get(key)?.place);
        for (const key of keys) finished.add(key);
        this.writeRule(code, space, predicates, i);
        waiting.delete(i);
      }
      const needed = [...waiting.values()].flatMap(({ usedFeatures }) =>
        [...usedFeatures].filter((key) => features.has(key)),
      );
      code.keep([...features.lasting(), ...needed.map((key) => features.register(this.plan.features.get(key)!))]);
    };
    writeReady();
    const plain = [...this.plan.features.values()].filter((feature) => feature.cohort === undefined);
    for (const _ of features.write(plain)) writeReady();
    return code;
  }

  private writeRule(code: Assembler, space: Space, predicates: PredicateWriter, i: number): void {
    const { rule, steps, clear } = this.plan.rules[i]!;
    const judged = this.world.judged.get(i);
    const set = judged ? space.bitSet(judged) : 0;
    // Nobody is not the empty address, which would mean everybody.
    const truths = judged && set === 0 ? [] : steps.map(({ rank, when }) => [rank, predicates.write(when)] as const);
    const unknown = rule.onNoData === 'false' ? 0 : CANNOT_SAY;
    code.emit(OP.LEVELS, this.levelsAt[i]!, unknown, set, truths.length, ...truths.flat());
    for (const [, truth] of truths) code.freeTruth(truth);
    if (!clear) return;
    const truth = predicates.write(clear);
    code.emit(OP.LEVELS, this.clearsAt[i]!, 2, 0, 1, 1, truth);
    code.freeTruth(truth);
  }
}

/** By counting. */
function orderOf(cohortOf: Cohorts): CohortOrder {
  const known = cohortOrders.get(cohortOf);
  if (known) return known;
  const cohorts = cohortOf.reduce((most, cohort) => Math.max(most, cohort), -1) + 1;
  const starts = new Int32Array(cohorts + 1);
  for (const cohort of cohortOf) if (cohort >= 0) starts[cohort + 1]!++;
  const largest = starts.reduce((most, n) => Math.max(most, n), 0);
  for (let i = 0; i < cohorts; i++) starts[i + 1]! += starts[i]!;
  const order = new Int32Array(starts[cohorts]!);
  const next = starts.slice();
  const without: number[] = [];
  cohortOf.forEach((cohort, ordinal) => {
    if (cohort >= 0) order[next[cohort]!++] = ordinal;
    else without.push(ordinal);
  });
  const found = { order, starts, largest, without };
  cohortOrders.set(cohortOf, found);
  return found;
}

/** Calls that run a program over the lanes of a space up to `end` - 1, in slices of whole chunks. */
function runs({ arena, lanes: { start } }: Space, code: Assembler, end: number, machines: number): Call[] {
  const slices = machines === 1 ? 1 : SLICES * machines;
  const length = Math.ceil((end - start) / slices / LANES) * LANES;
  const programs = code.finish(arena, start, Math.ceil((end - start) / length));
  return programs.map((program, i): Call => {
    const from = start + i * length;
    return ['run', program, from, Math.min(end, from + length)];
  });
}
