import type { Column } from './table.js';

/** Bin of what is not known; the bins of values follow. A bin fits a byte. */
export const UNKNOWN = 0;
const MAX_BINS = 64;
const MAX_LEVELS = 255;

/** How the values of a feature fall into bins. */
export interface Bins {
  kind: Column['kind'];
  /** Of a number, ascending: bin 1 is below the first, bin i + 1 from the i-th on. Of levels: none, level l is bin l + 1. */
  cuts: number[];
  /** With the bin of what is not known. */
  count: number;
}

/** Bins that hold about equally many of the values that are known. */
export function binsOf({ kind, values }: Column, max = MAX_BINS): Bins {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  if (kind === 'level') {
    const levels = Math.min(MAX_LEVELS, known.length === 0 ? 0 : known.at(-1)! + 1);
    return { kind, cuts: [], count: levels + 1 };
  }
  const cuts = cutsOf(known, max - 1);
  return { kind, cuts, count: cuts.length + 2 };
}

/** Cuts lie between two values, so that a new value beside an old one falls where the nearer of the two does. */
function cutsOf(sorted: Float64Array, pieces: number): number[] {
  const borders = new Set<number>();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) borders.add(i);
  const all = [...borders];
  const wanted =
    all.length < pieces
      ? all
      : Array.from({ length: pieces - 1 }, (_, i) => nearest(all, ((i + 1) * sorted.length) / pieces));
  return [...new Set(wanted)].map((at) => (sorted[at - 1]! + sorted[at]!) / 2);
}

function nearest(ascending: readonly number[], to: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < to) low = middle + 1;
    else high = middle;
  }
  const before = ascending[low - 1];
  return before !== undefined && to - before < ascending[low]! - to ? before : ascending[low]!;
}

/** The bin of a value. A level that was not there in training is not known. */
export function binOf({ kind, cuts, count }: Bins, value: number): number {
  if (Number.isNaN(value)) return UNKNOWN;
  if (kind === 'level') return value + 1 < count ? value + 1 : UNKNOWN;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

export function binned(bins: Bins, values: Float64Array): Uint8Array {
  return Uint8Array.from(values, (value) => binOf(bins, value));
}
