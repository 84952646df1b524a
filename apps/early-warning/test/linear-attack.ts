/** The sets of persons of every sum that was ever published, as rows of 0 and 1, and what linear combinations of them give. */

/** Prime below 2^26: products stay exact in doubles. A vector outside the span over the rationals is inside modulo p for a few p alone. */
const P = 67_108_859;

/** A basis in reduced row echelon form over the integers modulo P. */
export class RowSpace {
  private readonly rows: { pivot: number; row: Float64Array }[] = [];

  constructor(private readonly width: number) {}

  get rank(): number {
    return this.rows.length;
  }

  /** Adds the sum over a set of persons; whether it told anything new. */
  add(persons: Iterable<number>): boolean {
    const row = this.reduced(this.indicator(persons));
    const pivot = row.findIndex((value) => value !== 0);
    if (pivot < 0) return false;
    const inverse = power(row[pivot]!, P - 2);
    for (let i = 0; i < row.length; i++) row[i] = (row[i]! * inverse) % P;
    for (const known of this.rows) subtract(known.row, row, known.row[pivot]!);
    this.rows.push({ pivot, row });
    return true;
  }

  /** Whether the sum over a set of persons follows from what was added. */
  gives(persons: Iterable<number>): boolean {
    return this.reduced(this.indicator(persons)).every((value) => value === 0);
  }

  /** The persons of each row of the basis: sums that follow, the shortest that elimination comes across. */
  supports(): number[][] {
    return this.rows.map(({ row }) => [...row.keys()].filter((i) => row[i] !== 0));
  }

  private indicator(persons: Iterable<number>): Float64Array {
    const row = new Float64Array(this.width);
    for (const person of persons) row[person] = 1;
    return row;
  }

  private reduced(row: Float64Array): Float64Array {
    for (const known of this.rows) subtract(row, known.row, row[known.pivot]!);
    return row;
  }
}

function subtract(from: Float64Array, row: Float64Array, factor: number): void {
  if (factor === 0) return;
  for (let i = 0; i < from.length; i++) from[i] = (((from[i]! - row[i]! * factor) % P) + P) % P;
}

function power(base: number, exponent: number): number {
  let [result, square] = [1, base];
  for (let e = exponent; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

/** Pseudo-random numbers below `n` that are the same for the same seed (mulberry32). */
export function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * n);
  };
}
