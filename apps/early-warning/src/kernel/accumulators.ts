/**
 * What the days of one metric add up to, for all students at once. Days are fed in ascending order; a day's vector holds the
 * students `first … first + values.length - 1` in the metric's smallest unit, -1 where a student has no data.
 * Arrays are indexed by the student's lane (its ordinal).
 */
export interface Accumulator {
  add(day: number, first: number, values: Int32Array): void;
}

/** Whole numbers lo … hi; what a `where` comes down to on stored values. */
export interface Span {
  lo: number;
  hi: number;
}

export const NEVER = -1_000_000;

export class Sums implements Accumulator {
  readonly sum: Float64Array;
  /** Days with data. */
  readonly count: Int32Array;

  constructor(lanes: number) {
    this.sum = new Float64Array(lanes);
    this.count = new Int32Array(lanes);
  }

  add(_day: number, first: number, values: Int32Array): void {
    const { sum, count } = this;
    for (let i = 0, lane = first; i < values.length; i++, lane++) {
      const value = values[i]!;
      if (value < 0) continue;
      sum[lane]! += value;
      count[lane]!++;
    }
  }
}

export class Squares implements Accumulator {
  readonly sum: Float64Array;

  constructor(lanes: number) {
    this.sum = new Float64Array(lanes);
  }

  add(_day: number, first: number, values: Int32Array): void {
    const { sum } = this;
    for (let i = 0, lane = first; i < values.length; i++, lane++) {
      const value = values[i]!;
      if (value >= 0) sum[lane]! += value * value;
    }
  }
}

/** Largest, smallest or latest value of a day; -1 without data. */
export class Pick implements Accumulator {
  readonly value: Int32Array;

  constructor(
    lanes: number,
    private readonly which: 'max' | 'min' | 'last',
  ) {
    this.value = new Int32Array(lanes).fill(-1);
  }

  add(_day: number, first: number, values: Int32Array): void {
    const { value: best, which } = this;
    for (let i = 0, lane = first; i < values.length; i++, lane++) {
      const value = values[i]!;
      if (value < 0) continue;
      const before = best[lane]!;
      if (before < 0 || which === 'last' || (which === 'max' ? value > before : value < before)) best[lane] = value;
    }
  }
}

/** Days whose value lies in the span. */
export class DaysOver implements Accumulator {
  readonly days: Int32Array;

  constructor(
    lanes: number,
    private readonly span: Span,
  ) {
    this.days = new Int32Array(lanes);
  }

  add(_day: number, first: number, values: Int32Array): void {
    const { days } = this;
    const { lo, hi } = this.span;
    for (let i = 0, lane = first; i < values.length; i++, lane++) {
      const value = values[i]!;
      if (value >= lo && value <= hi) days[lane]!++;
    }
  }
}

/** The latest day whose value lies in the span; NEVER without one. */
export class LastSeen implements Accumulator {
  readonly day: Int32Array;
  /** The latest day with data of anybody: until then the metric's source was heard of. */
  newest = NEVER;

  constructor(
    lanes: number,
    private readonly span: Span,
  ) {
    this.day = new Int32Array(lanes).fill(NEVER);
  }

  add(day: number, first: number, values: Int32Array): void {
    const { lo, hi } = this.span;
    this.newest = day;
    for (let i = 0, lane = first; i < values.length; i++, lane++) {
      const value = values[i]!;
      if (value >= lo && value <= hi) this.day[lane] = day;
    }
  }
}

/** Runs of days in the span. `pausedBetween(lane, a, b)`: so many days strictly between a and b do not exist for the lane. */
export class Streaks implements Accumulator {
  readonly run: Int32Array;
  readonly lastDay: Int32Array;

  constructor(
    lanes: number,
    private readonly span: Span,
    private readonly pausedBetween: (lane: number, a: number, b: number) => number,
  ) {
    this.run = new Int32Array(lanes);
    this.lastDay = new Int32Array(lanes).fill(NEVER);
  }

  add(day: number, first: number, values: Int32Array): void {
    const { run, lastDay } = this;
    const { lo, hi } = this.span;
    for (let i = 0, lane = first; i < values.length; i++, lane++) {
      const value = values[i]!;
      if (value < lo || value > hi) continue;
      run[lane] = this.follows(lane, lastDay[lane]!, day) ? run[lane]! + 1 : 1;
      lastDay[lane] = day;
    }
  }

  /** Length of the run that reaches up to the end of `day`; 0 when it was broken. */
  at(lane: number, day: number): number {
    return this.follows(lane, this.lastDay[lane]!, day + 1) ? this.run[lane]! : 0;
  }

  private follows(lane: number, before: number, day: number): boolean {
    if (before === NEVER) return false;
    const gap = day - before - 1;
    return gap === 0 || this.pausedBetween(lane, before, day) === gap;
  }
}

/** How many different values there were. */
export class Distinct implements Accumulator {
  private readonly seen: (Set<number> | undefined)[];

  constructor(lanes: number) {
    this.seen = new Array<Set<number> | undefined>(lanes);
  }

  add(_day: number, first: number, values: Int32Array): void {
    for (let i = 0, lane = first; i < values.length; i++, lane++) {
      const value = values[i]!;
      if (value >= 0) (this.seen[lane] ??= new Set()).add(value);
    }
  }

  size(lane: number): number {
    return this.seen[lane]?.size ?? 0;
  }
}
