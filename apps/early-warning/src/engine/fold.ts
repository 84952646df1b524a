import type { Fold } from '../metrics/metric.entity.js';

/** Largest value a vector can hold; sums stop there. */
const MAX = 2_147_483_647;

export interface DayVector {
  /** Ordinal of the first student. */
  first: number;
  /** Values of the students first, first + 1, …; -1 = no data. */
  values: Int32Array;
  /** Students with data. */
  n: number;
}

/**
 * Folds a day's observations of one metric into its vector. `ordinals` and `values` run in parallel, in the order the observations
 * were made (which matters to `last` only). Undefined without observations.
 */
export function fold(kind: Fold, ordinals: Int32Array, values: Int32Array): DayVector | undefined {
  if (ordinals.length === 0) return undefined;
  let first = ordinals[0]!;
  let last = first;
  for (const ordinal of ordinals) {
    if (ordinal < first) first = ordinal;
    if (ordinal > last) last = ordinal;
  }
  const folded = new Int32Array(last - first + 1).fill(-1);
  let n = 0;
  for (let i = 0; i < ordinals.length; i++) {
    const at = ordinals[i]! - first;
    const before = folded[at]!;
    const value = kind === 'count' ? 1 : values[i]!;
    if (before < 0) n++;
    if (before < 0 || kind === 'last') folded[at] = value;
    else if (kind === 'max') folded[at] = Math.max(before, value);
    else if (kind === 'min') folded[at] = Math.min(before, value);
    else folded[at] = Math.min(MAX, before + value);
  }
  return { first, values: folded, n };
}

/** Students per block: a vector row never grows beyond 256 KB. */
export const BLOCK = 65_536;

/** A vector cut at the blocks' borders; pieces without data are left out. */
export function blocksOf({ first, values }: DayVector): (DayVector & { block: number })[] {
  const pieces: (DayVector & { block: number })[] = [];
  for (let from = first; from < first + values.length; from = (Math.floor(from / BLOCK) + 1) * BLOCK) {
    const block = Math.floor(from / BLOCK);
    const piece = values.subarray(from - first, Math.min(values.length, (block + 1) * BLOCK - first));
    const present = piece.findIndex((value) => value >= 0);
    if (present < 0) continue;
    const n = piece.reduce((count, value) => count + (value >= 0 ? 1 : 0), 0);
    pieces.push({ block, first: from + present, values: piece.subarray(present), n });
  }
  return pieces;
}
