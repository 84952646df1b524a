import type { PlannedFeature, PlannedNumber, PlannedPredicate } from '../plan/compile.js';
import { dateOfDay } from '../language/days.js';
import { type Evaluation, type Need } from '../judge/evaluation.js';
import { FeatureWriter, needsOf } from '../judge/features.js';
import type { Comparison, MaskDay } from '../language/rule.js';
import { Assembler } from '../machine/assembler.js';
import { LANES, OP } from '../machine/machine.js';
import { Arena, type Memory } from '../machine/memory.js';
import { PlainMachine } from '../machine/plain-machine.js';
import { type Lanes, Space, type Vector } from '../judge/space.js';

/** What a condition came to for one student. Of what stands below `not` the opposite is meant, and told. */
export type Condition = {
  /** JSON pointer below the rule's `#`. */
  pointer: string;
  holds: boolean | null;
  /** The day (YYYY-MM-DD) it looks back from, where it is not the as-of day. */
  day?: string;
  /** Part of an alternative that does not hold while another does: it does not matter. */
  moot?: true;
} & (
  | { op: Comparison | 'ne'; left: number | null; right: number | null }
  /** Whether the day is such a day for the student; `not`: whether it is none. */
  | { calendar: MaskDay; not?: true }
  /** The day's week of the term; null = outside of terms. */
  | { week: number | null }
  /** There was no such period before. */
  | { noPeriod: true }
);

interface Told {
  holds: boolean | null;
  conditions: Condition[];
}

type Leaf = Exclude<PlannedPredicate, { all: unknown } | { any: unknown } | { not: unknown } | { masks: unknown }>;

const OPPOSITE = { ge: 'lt', gt: 'le', le: 'gt', lt: 'ge', eq: 'ne' } as const;

/**
 * Features of some students: their lanes are gathered out of the vectors and put through the same instructions, on the plain
 * machine. Create it, `gather` from every block of lanes once `needs` are in memory, `finish`, then read.
 */
export class DetailEvaluation {
  private readonly gathered = new Map<number, Map<number, Int32Array>>();
  private readonly values = new Map<string, { values: Float64Array; raw: Float64Array }>();
  private readonly features: PlannedFeature[];
  private known: Lanes['knownDays'] = () => [];

  constructor(
    private readonly evaluation: Evaluation,
    private readonly memory: Memory,
    keys: Iterable<string>,
    private readonly ordinals: readonly number[],
  ) {
    this.features = [...new Set(keys)].map((key) => evaluation.plan.features.get(key)!);
  }

  needs(): Need[] {
    return needsOf(this.features);
  }

  gather(lanes: Lanes): void {
    this.known = (metric) => lanes.knownDays(metric);
    const ints = new Int32Array(this.memory.buffer);
    const shorts = new Int16Array(this.memory.buffer);
    for (const { metric, from, to } of this.needs()) {
      const days = this.gathered.get(metric) ?? new Map<number, Int32Array>();
      this.gathered.set(metric, days);
      for (const { day, address, first, end, wide } of lanes.vectors(metric)) {
        if (day < from || day > to) continue;
        const values = days.get(day) ?? new Int32Array(this.ordinals.length).fill(-1);
        this.ordinals.forEach((ordinal, i) => {
          if (ordinal < first || ordinal >= end) return;
          values[i] = wide ? ints[address / 4 + ordinal - first]! : shorts[address / 2 + ordinal - first]!;
        });
        days.set(day, values);
      }
    }
  }

  finish(): void {
    const arena = new Arena(this.memory);
    const n = this.ordinals.length;
    const array = (): number => arena.allocate(8 * Math.ceil(n / LANES) * LANES);
    const space = new Space(arena, this.lanes(arena), this.evaluation.world.calendar);
    const code = new Assembler();
    const writer = new FeatureWriter(code, space);
    for (const _ of writer.write(this.features));
    const outs = this.features.map((feature) => {
      const raw = array();
      code.emit(OP.STORE, raw, writer.register(feature));
      const ranks = this.evaluation.placesOf(feature.key);
      let places: number | undefined;
      if (ranks) {
        places = array();
        new Float64Array(arena.buffer, places, n).set(this.ordinals.map((ordinal) => ranks.place[ordinal]!));
      }
      writer.finish(feature, places);
      const value = array();
      code.emit(OP.STORE, value, writer.register(feature));
      return { key: feature.key, raw, value };
    });
    new PlainMachine(this.memory).run(code.finish(arena, 0)[0]!, 0, n);
    const copy = (at: number): Float64Array => new Float64Array(arena.buffer, at, n).slice();
    for (const { key, raw, value } of outs) this.values.set(key, { values: copy(value), raw: copy(raw) });
    arena.release();
  }

  /** A feature's value and its value before ranking, of the i-th student; NaN = missing. */
  feature(key: string, i: number): { value: number; raw: number } {
    const { values, raw } = this.values.get(key)!;
    return { value: values[i]!, raw: raw[i]! };
  }

  /** Days with data of a range, oldest first, that count for the i-th student. */
  days(
    { metric, exclude }: PlannedFeature,
    { from, to }: { from: number; to: number },
    i: number,
  ): [day: number, value: number][] {
    const { calendar } = this.evaluation.world;
    const found: [number, number][] = [];
    for (const [day, values] of this.gathered.get(metric.number) ?? [])
      if (day >= from && day <= to && values[i]! >= 0 && !calendar.covers(exclude, this.ordinals[i]!, day))
        found.push([day, values[i]!]);
    return found.sort(([a], [b]) => a - b);
  }

  /** What a predicate comes down to, for the i-th student. */
  conditions(node: PlannedPredicate, i: number): Condition[] {
    return this.tell(node, i, false).conditions;
  }

  private tell(node: PlannedPredicate, i: number, not: boolean): Told {
    if ('not' in node) return this.tell(node.not, i, !not);
    if ('all' in node) return combined(not, this.tellEach(node.all, i, not));
    if ('any' in node) return combined(!not, this.tellEach(node.any, i, not));
    if ('masks' in node) return combined(!not, this.tellMasks(node, i, not));
    const condition = this.tellLeaf(node, i, not);
    return { holds: condition.holds, conditions: [condition] };
  }

  private tellEach(nodes: readonly PlannedPredicate[], i: number, not: boolean): Told[] {
    return nodes.map((one) => this.tell(one, i, not));
  }

  private tellMasks({ masks, day, pointer }: Extract<PlannedPredicate, { masks: unknown }>, i: number, not: boolean) {
    return masks.map((mask): Told => {
      const holds = this.evaluation.world.calendar.covers([mask], this.ordinals[i]!, day) !== not;
      return { holds, conditions: [{ pointer, calendar: mask, ...(not && { not }), holds, ...this.dated(day) }] };
    });
  }

  private tellLeaf(node: Leaf, i: number, not: boolean): Condition {
    if ('truth' in node) {
      const { pointer, truth, week } = node;
      return { pointer, ...(week === undefined ? { noPeriod: true } : { week }), holds: truth !== not };
    }
    const left = this.number(node.left, i);
    const right = this.number(node.right, i);
    return {
      pointer: node.pointer,
      op: not ? OPPOSITE[node.op] : node.op,
      left: nullable(left),
      right: nullable(right),
      holds: Number.isNaN(left) || Number.isNaN(right) ? null : compare(node.op, left, right) !== not,
      ...this.dated(node.asOf),
    };
  }

  private dated(day: number): { day?: string } {
    return day === this.evaluation.plan.moment.asOf ? {} : { day: dateOfDay(day) };
  }

  private number(node: PlannedNumber, i: number): number {
    if (typeof node === 'number') return node;
    if ('feature' in node) return this.feature(node.feature, i).value;
    if ('mul' in node) return node.mul.map((part) => this.number(part, i)).reduce((a, b) => a * b);
    if ('add' in node) return node.add.map((part) => this.number(part, i)).reduce((a, b) => a + b);
    return this.number(node.sub[0], i) - this.number(node.sub[1], i);
  }

  /** The gathered students as lanes of their own. */
  private lanes(arena: Arena): Lanes {
    const placed = new Map<number, Vector[]>();
    for (const [metric, days] of this.gathered) {
      const vectors = [...days]
        .sort(([a], [b]) => a - b)
        .map(([day, values]) => {
          return { day, address: arena.write(values), first: 0, end: values.length, wide: true };
        });
      placed.set(metric, vectors);
    }
    const laneOf = new Map(this.ordinals.map((ordinal, i) => [ordinal, i]));
    return {
      start: 0,
      end: this.ordinals.length,
      vectors: (metric) => placed.get(metric) ?? [],
      knownDays: this.known,
      laneOf: (ordinal) => laneOf.get(ordinal) ?? -1,
    };
  }
}

function combined(any: boolean, parts: readonly Told[]): Told {
  const holds = [any, null, !any].find((truth) => parts.some((part) => part.holds === truth))!;
  const isMoot = (part: Told): boolean => any && holds === true && part.holds !== true;
  return {
    holds,
    conditions: parts.flatMap((part) =>
      isMoot(part) ? part.conditions.map((one): Condition => ({ ...one, moot: true })) : part.conditions,
    ),
  };
}

function compare(op: Comparison, a: number, b: number): boolean {
  return { ge: a >= b, gt: a > b, le: a <= b, lt: a < b, eq: a === b }[op];
}

export function nullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
