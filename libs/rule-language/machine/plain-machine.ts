import { BITS, DAY, ENTRY_WORDS, LANES, type Machine, MISSING, NUMBER, OP, PAUSED, TRUTH } from './machine.js';
import type { Memory } from './memory.js';

/** The machine in plain TypeScript: what every instruction means, and what runs where WebAssembly with SIMD cannot. */
export class PlainMachine implements Machine {
  private words: Uint32Array;
  private ints: Int32Array;
  private shorts: Int16Array;
  private floats: Float64Array;
  private bytes: Uint8Array;

  constructor(private readonly memory: Memory) {}

  run(program: number, from: number, to: number): void {
    this.look();
    const chunk = new Chunk(this.words, this.ints, this.shorts, this.floats, this.bytes, program / 4);
    for (let lane = from; lane < to; lane += LANES) chunk.run(lane);
  }

  /**
   * Places of values in their cohorts: `order` lists the lanes cohort by cohort, cohort i from starts[i] to starts[i + 1] - 1.
   * A percentile is 100 × the share of the others that are smaller, a rank 1 + the number that are smaller; missing (NaN) values
   * have and take no place, and in a cohort of fewer than `least` values nobody has one.
   */
  rank(
    values: number,
    order: number,
    starts: number,
    cohorts: number,
    least: number,
    asRank: number,
    _room: number,
    into: number,
  ): void {
    this.look();
    const { words, floats } = this;
    for (let c = 0; c < cohorts; c++) {
      const lanes = words.subarray(order / 4 + words[starts / 4 + c]!, order / 4 + words[starts / 4 + c + 1]!);
      const keys = Float64Array.from(lanes, (lane) => floats[values / 8 + lane]!)
        .filter((value) => !Number.isNaN(value))
        .sort();
      for (const lane of lanes) {
        const value = floats[values / 8 + lane]!;
        const placed = keys.length >= least && !Number.isNaN(value);
        const smaller = placed ? lowerBound(keys, value) : NaN;
        floats[into / 8 + lane] = asRank ? smaller + 1 : (100 * smaller) / Math.max(1, keys.length - 1);
      }
    }
  }

  /** The memory's bytes move when it grows. */
  private look(): void {
    const { buffer } = this.memory;
    if (this.bytes?.buffer === buffer) return;
    this.words = new Uint32Array(buffer);
    this.ints = new Int32Array(buffer);
    this.shorts = new Int16Array(buffer);
    this.floats = new Float64Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }
}

function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A program at work on 512 lanes. `pc` and addresses of ints and numbers are indexes into the typed arrays. */
class Chunk {
  private pc = 0;
  private lane = 0;
  private table = 0;

  constructor(
    private readonly words: Uint32Array,
    private readonly ints: Int32Array,
    private readonly shorts: Int16Array,
    private readonly floats: Float64Array,
    private readonly bytes: Uint8Array,
    private readonly program: number,
  ) {}

  run(lane: number): void {
    this.lane = lane;
    this.pc = this.words[this.program + 7]! / 4;
    for (;;) {
      const op = this.words[this.pc]!;
      if (op === OP.END) return;
      this.pc += this.step(op);
    }
  }

  /** Carries an instruction out; answers its length in words. */
  private step(op: number): number {
    switch (op) {
      case OP.RESOLVE:
        return this.resolve();
      case OP.SUMS:
        return this.sums();
      case OP.SQUARES:
        return this.squares();
      case OP.COUNT_IN:
        return this.countIn();
      case OP.PICK:
        return this.pick();
      case OP.HOURS:
        return this.hours();
      case OP.STREAK:
        return this.streak();
      case OP.DISTINCT:
        return this.distinct();
      case OP.LEVELS:
        return this.levels();
    }
    return op < OP.GREATER_OR_EQUAL ? this.numberStep(op) : this.truthStep(op);
  }

  /** CONSTANT … LOAD: what makes numbers of numbers. */
  private numberStep(op: number): number {
    const { floats } = this;
    const [a, b, c] = [this.number(1), this.number(2), this.number(3)];
    const map = (into: number, valueOf: (i: number) => number): void => {
      for (let i = 0; i < LANES; i++) floats[into + i] = valueOf(i);
    };
    switch (op) {
      // into constant
      case OP.CONSTANT:
        map(a, () => this.constant(2));
        return 3;
      // a b into
      case OP.ADD:
        map(c, (i) => floats[a + i]! + floats[b + i]!);
        return 4;
      case OP.SUBTRACT:
        map(c, (i) => floats[a + i]! - floats[b + i]!);
        return 4;
      case OP.MULTIPLY:
        map(c, (i) => floats[a + i]! * floats[b + i]!);
        return 4;
      case OP.DIVIDE:
        map(c, (i) => floats[a + i]! / floats[b + i]!);
        return 4;
      // n sum squares into: the population's standard deviation
      case OP.DEVIATION:
        map(this.number(4), (i) => {
          const [n, sum] = [floats[a + i]!, floats[b + i]!];
          return Math.sqrt(Math.max(0, n * floats[c + i]! - sum * sum)) / n;
        });
        return 5;
      // value by limit into: missing unless `by` reaches (or passes) the limit
      case OP.AT_LEAST:
        map(this.number(4), (i) => (floats[b + i]! >= this.constant(3) ? floats[a + i]! : NaN));
        return 5;
      case OP.ABOVE:
        map(this.number(4), (i) => (floats[b + i]! > this.constant(3) ? floats[a + i]! : NaN));
        return 5;
      // value constant into: the constant where the value is missing
      case OP.OTHERWISE:
        map(c, (i) => (Number.isNaN(floats[a + i]!) ? this.constant(2) : floats[a + i]!));
        return 4;
      // array value: an array of all lanes takes the register
      case OP.STORE:
        floats.set(floats.subarray(b, b + LANES), this.words[this.pc + 1]! / 8 + this.lane);
        return 3;
      // into array
      case OP.LOAD: {
        const from = this.words[this.pc + 2]! / 8 + this.lane;
        floats.copyWithin(a, from, from + LANES);
        return 3;
      }
    }
    throw new Error(`no instruction ${op}`);
  }

  /** GREATER_OR_EQUAL … CERTAIN: three-valued logic, as in SQL: what rests on a missing number is neither true nor false. */
  private truthStep(op: number): number {
    const [a, b, c] = [this.truth(1), this.truth(2), this.truth(3)];
    switch (op) {
      // a b into; a negative b names the constant ~b
      case OP.GREATER_OR_EQUAL:
      case OP.GREATER:
      case OP.LESS_OR_EQUAL:
      case OP.LESS:
      case OP.EQUAL:
        return this.compare(op, this.number(1), this.int(2), c);
      case OP.ALL:
        this.setBits(c, (j) => this.bytes[a + j]! & this.bytes[b + j]!);
        this.setBits(c + BITS, (j) => this.bytes[a + BITS + j]! | this.bytes[b + BITS + j]!);
        return 4;
      case OP.ANY:
        this.setBits(c, (j) => this.bytes[a + j]! | this.bytes[b + j]!);
        this.setBits(c + BITS, (j) => this.bytes[a + BITS + j]! & this.bytes[b + BITS + j]!);
        return 4;
      // a into
      case OP.NOT: {
        const holds = this.bytes.slice(a, a + BITS);
        this.bytes.copyWithin(b, a + BITS, a + TRUTH);
        this.bytes.set(holds, b + BITS);
        return 3;
      }
      // set into: lanes of a bit set over the block; address 0 is the empty set
      case OP.IN: {
        const set = this.words[this.pc + 1]!;
        this.setBits(b, (j) => (set === 0 ? 0 : this.bytes[set + this.maskOffset() + j]!));
        this.setBits(b + BITS, (j) => ~this.bytes[b + j]!);
        return 3;
      }
      // truth into
      case OP.CERTAIN:
        this.bytes.fill(this.words[this.pc + 1] ? 255 : 0, b, b + BITS);
        this.bytes.fill(this.words[this.pc + 1] ? 0 : 255, b + BITS, b + TRUTH);
        return 3;
    }
    throw new Error(`no instruction ${op}`);
  }

  /**
   * RESOLVE table n wide: makes the days of a table ready, a chunk of lanes each: masked, and missing where the vector does not reach.
   * `wide`: some of them are int32, so that all are looked at as such; here they always are.
   */
  private resolve(): number {
    const { words, ints } = this;
    this.table = words[this.pc + 1]! / 4;
    for (let i = 0; i < words[this.pc + 2]!; i++) {
      const [address, first, end, exclude, pause, _paused, isWide] = words.subarray(
        this.table + i * ENTRY_WORDS,
      ) as unknown as number[];
      const stored = isWide ? ints : this.shorts;
      const copy = (words[this.program + 4]! + i * DAY) / 4;
      for (let j = 0; j < LANES; j++) {
        const lane = this.lane + j;
        let value =
          address && lane >= first! && lane < end! ? stored[address / (isWide ? 4 : 2) + lane - first!]! : MISSING;
        if (exclude && this.isIn(exclude, lane)) value = MISSING;
        if (pause && this.isIn(pause, lane)) value = PAUSED;
        ints[copy + j] = value;
      }
      words[words[this.program + 3]! / 4 + i] = copy * 4;
    }
    return 4;
  }

  /** SUMS i0 i1 beforeSum beforeCount sum count: of the present values of days i0 … i1, on top of what was before (-1: nothing). */
  private sums(): number {
    const { floats } = this;
    const [beforeSum, beforeCount, sum, count] = [this.number(3), this.number(4), this.number(5), this.number(6)];
    const fresh = this.int(3) < 0;
    for (let j = 0; j < LANES; j++) {
      let total = fresh ? 0 : floats[beforeSum + j]!;
      let present = fresh ? 0 : floats[beforeCount + j]!;
      for (let i = this.int(1); i <= this.int(2); i++) {
        const value = this.value(i, j);
        if (value < 0) continue;
        total += value;
        present++;
      }
      floats[sum + j] = total;
      floats[count + j] = present;
    }
    return 7;
  }

  /** SQUARES i0 i1 before squares */
  private squares(): number {
    const fresh = this.int(3) < 0;
    for (let j = 0; j < LANES; j++) {
      let total = fresh ? 0 : this.floats[this.number(3) + j]!;
      for (let i = this.int(1); i <= this.int(2); i++) total += Math.max(0, this.value(i, j)) ** 2;
      this.floats[this.number(4) + j] = total;
    }
    return 5;
  }

  /** COUNT_IN i0 i1 lo hi before count: days with lo ≤ value ≤ hi */
  private countIn(): number {
    const fresh = this.int(5) < 0;
    for (let j = 0; j < LANES; j++) {
      let count = fresh ? 0 : this.floats[this.number(5) + j]!;
      for (let i = this.int(1); i <= this.int(2); i++) if (this.within(this.value(i, j), 3)) count++;
      this.floats[this.number(6) + j] = count;
    }
    return 7;
  }

  /** PICK which i0 i1 into: 0 the largest value, 1 the smallest, 2 the latest */
  private pick(): number {
    const which = this.int(1);
    for (let j = 0; j < LANES; j++) {
      let best = MISSING;
      for (let i = this.int(2); i <= this.int(3); i++) {
        const value = this.value(i, j);
        if (value < 0) continue;
        if (best < 0 || which === 2 || (which === 0 ? value > best : value < best)) best = value;
      }
      this.floats[this.number(4) + j] = best < 0 ? NaN : best;
    }
    return 5;
  }

  /**
   * HOURS i0 i1 lo hi lastHours into: from the end of the latest day with lo ≤ value ≤ hi to the end of day i1, of which lastHours
   * have passed; paused days last no hours. Missing when there was no such day.
   */
  private hours(): number {
    const [from, to] = [this.int(1), this.int(2)];
    for (let j = 0; j < LANES; j++) {
      let [full, last, found] = [0, 0, false];
      for (let i = to; i >= from && !found; i--) {
        if (this.pausedForAll(i)) continue;
        const value = this.value(i, j);
        found = this.within(value, 3);
        if (found || value === PAUSED) continue;
        if (i === to) last = 1;
        else full++;
      }
      this.floats[this.number(6) + j] = found ? 24 * full + this.constant(5) * last : NaN;
    }
    return 7;
  }

  /** STREAK i0 i1 lo hi into: days in a row up to day i1 with lo ≤ value ≤ hi; paused days neither count nor break. */
  private streak(): number {
    for (let j = 0; j < LANES; j++) {
      let length = 0;
      for (let i = this.int(2); i >= this.int(1); i--) {
        if (this.pausedForAll(i)) continue;
        const value = this.value(i, j);
        if (this.within(value, 3)) length++;
        else if (value !== PAUSED) break;
      }
      this.floats[this.number(5) + j] = length;
    }
    return 6;
  }

  /** DISTINCT i0 i1 into: different values */
  private distinct(): number {
    for (let j = 0; j < LANES; j++) {
      const seen = new Set<number>();
      for (let i = this.int(1); i <= this.int(2); i++) {
        const value = this.value(i, j);
        if (value >= 0) seen.add(value);
      }
      this.floats[this.number(3) + j] = seen.size;
    }
    return 4;
  }

  /**
   * LEVELS out unknown judged n (rank truth)…: the rank of the last step that holds, else `unknown` where a step could not be
   * decided, else 0. Lanes that are not in the set `judged` (0: all are) have level 0.
   */
  private levels(): number {
    const { words, bytes } = this;
    const [out, unknown, judged, n] = words.subarray(this.pc + 1, this.pc + 5) as unknown as number[];
    for (let j = 0; j < LANES; j++) {
      let level = 0;
      for (let i = 0; i < n! && (!judged || this.isIn(judged, this.lane + j)); i++) {
        const step = words[this.program + 1]! + words[this.pc + 6 + 2 * i]! * TRUTH + (j >> 3);
        const bit = 1 << (j & 7);
        if (bytes[step]! & bit) level = words[this.pc + 5 + 2 * i]!;
        else if (level === 0 && !(bytes[step + BITS]! & bit)) level = unknown!;
      }
      bytes[out! + this.lane + j] = level;
    }
    return 5 + 2 * n!;
  }

  private compare(op: number, a: number, other: number, into: number): number {
    const { floats, bytes } = this;
    bytes.fill(0, into, into + TRUTH);
    for (let j = 0; j < LANES; j++) {
      const [x, y] = [floats[a + j]!, other < 0 ? this.constantAt(~other) : floats[this.number(2) + j]!];
      if (Number.isNaN(x) || Number.isNaN(y)) continue;
      const at = into + (holds(op, x, y) ? 0 : BITS) + (j >> 3);
      bytes[at] = bytes[at]! | (1 << (j & 7));
    }
    return 4;
  }

  private setBits(into: number, valueOf: (j: number) => number): void {
    for (let j = 0; j < BITS; j++) this.bytes[into + j] = valueOf(j);
  }

  private value(i: number, j: number): number {
    return this.ints[this.words[this.words[this.program + 3]! / 4 + i]! / 4 + j]!;
  }

  /** Whether a value lies between the instruction's words i and i + 1. */
  private within(value: number, i: number): boolean {
    return value >= this.int(i) && value <= this.int(i + 1);
  }

  private pausedForAll(i: number): boolean {
    return this.words[this.table + i * ENTRY_WORDS + 5] !== 0;
  }

  private isIn(set: number, lane: number): boolean {
    const i = lane - this.words[this.program + 6]!;
    return (this.bytes[set + (i >> 3)]! & (1 << (i & 7))) !== 0;
  }

  private maskOffset(): number {
    return (this.lane - this.words[this.program + 6]!) >> 3;
  }

  private int(i: number): number {
    return this.ints[this.pc + i]!;
  }

  private number(i: number): number {
    return (this.words[this.program]! + this.words[this.pc + i]! * NUMBER) / 8;
  }

  private truth(i: number): number {
    return this.words[this.program + 1]! + this.words[this.pc + i]! * TRUTH;
  }

  private constant(i: number): number {
    return this.constantAt(this.words[this.pc + i]!);
  }

  private constantAt(index: number): number {
    return this.floats[this.words[this.program + 2]! / 8 + index]!;
  }
}

function holds(comparison: number, x: number, y: number): boolean {
  switch (comparison) {
    case OP.GREATER_OR_EQUAL:
      return x >= y;
    case OP.GREATER:
      return x > y;
    case OP.LESS_OR_EQUAL:
      return x <= y;
    case OP.LESS:
      return x < y;
    default:
      return x === y;
  }
}
