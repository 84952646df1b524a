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

/** The bin of every value. A level that was not there in training is not known. */
export function binned({ kind, cuts, count }: Bins, values: Float64Array): Uint8Array {
  const bins = new Uint8Array(values.length);
  if (kind === 'level') {
    for (let i = 0; i < values.length; i++) if (values[i]! + 1 < count) bins[i] = values[i]! + 1;
    return bins;
  }
  // Padded to a power of two, so that every search takes the same steps and none of them has to be guessed.
  const size = 2 ** Math.ceil(Math.log2(cuts.length + 1));
  const padded = new Float64Array(size).fill(Infinity);
  padded.set(cuts);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value !== value) continue;
    let below = 0;
    for (let step = size >> 1; step > 0; step >>= 1) below += Number(padded[below + step - 1]! <= value) * step;
    bins[i] = below + 1;
  }
  return bins;
}

/** Rows in each bin. */
export function countsOf({ count }: Bins, places: Uint8Array): number[] {
  const counts = new Array<number>(count).fill(0);
  for (let i = 0; i < places.length; i++) counts[places[i]!]!++;
  return counts;
}

/** Which of at most `max` coarser bins each bin belongs to; what is not known stays by itself, and levels stay as they are. */
export function groupsOf({ kind }: Bins, counts: readonly number[], max: number): number[] {
  if (kind === 'level') return counts.map((_, bin) => bin);
  const known = counts.slice(1).reduce((sum, n) => sum + n, 0);
  let before = 0;
  const groups = counts.slice(1).map((n) => {
    const group = 1 + Math.min(max - 1, Math.floor(((before + n / 2) * max) / Math.max(1, known)));
    before += n;
    return group;
  });
  const dense = [...new Set(groups)];
  return [UNKNOWN, ...groups.map((group) => 1 + dense.indexOf(group))];
}
