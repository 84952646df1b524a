import type { Fold } from '../metrics/metric.entity.js';

/** Largest value a vector can hold; sums stop there. */
const MAX = 2_147_483_647;

export interface DayVector {
  /** Ordinal of the first student. */
  first: number;
  /** Values of the students first, first + 1, …; -1 = no data. Begins and ends with a student who has data. */
  values: Int32Array;
  /** Students with data. */
  n: number;
}

/**
 * Adds observations of one metric and day to its vector, which is changed in place where it is long enough; undefined = none yet.
 * `ordinals` and `values` run in parallel. The order matters to `last` only: there it is that of observation, and an observation
 * that came before what the vector already holds cannot be added. For every other fold, adding batch by batch, in whatever order,
 * gives what folding all at once gives.
 */
export function addToVector(
  kind: Fold,
  vector: DayVector | undefined,
  ordinals: Int32Array,
  values: Int32Array,
): DayVector | undefined {
  if (ordinals.length === 0) return vector;
  const { first, values: folded, n: before } = roomFor(vector, ordinals);
  let n = before;
  for (let i = 0; i < ordinals.length; i++) {
    const at = ordinals[i]! - first;
    const held = folded[at]!;
    const value = kind === 'count' ? 1 : values[i]!;
    if (held < 0) n++;
    if (held < 0 || kind === 'last') folded[at] = value;
    else if (kind === 'max') folded[at] = Math.max(held, value);
    else if (kind === 'min') folded[at] = Math.min(held, value);
    else folded[at] = Math.min(MAX, held + value);
  }
  return { first, values: folded, n };
}

/** A vector of the same content that has a place for all of the ordinals. */
function roomFor(vector: DayVector | undefined, ordinals: Int32Array): DayVector {
  const empty = vector === undefined || vector.values.length === 0;
  let first = empty ? ordinals[0]! : vector.first;
  let end = empty ? first + 1 : vector.first + vector.values.length;
  for (const ordinal of ordinals) {
    if (ordinal < first) first = ordinal;
    if (ordinal >= end) end = ordinal + 1;
  }
  if (!empty && vector.values.length === end - first) return vector;
  const values = new Int32Array(end - first).fill(-1);
  if (!empty) values.set(vector.values, vector.first - first);
  return { first, values, n: empty ? 0 : vector.n };
}

/** Folds a day's observations of one metric, in the order of observation. Undefined without observations. */
export function fold(kind: Fold, ordinals: Int32Array, values: Int32Array): DayVector | undefined {
  return addToVector(kind, undefined, ordinals, values);
}

/** Students per block: a vector row never grows beyond 256 KB. */
export const BLOCK = 65_536;

/** A vector cut at the blocks' borders; pieces without data are left out. */
export function blocksOf({ first, values }: DayVector): (DayVector & { block: number })[] {
  const pieces: (DayVector & { block: number })[] = [];
  for (let from = first; from < first + values.length; from = (Math.floor(from / BLOCK) + 1) * BLOCK) {
    const block = Math.floor(from / BLOCK);
    const piece = trimmed(from, values.subarray(from - first, Math.min(values.length, (block + 1) * BLOCK - first)));
    if (piece.n > 0) pieces.push({ block, ...piece });
  }
  return pieces;
}

/** The vector without places before its first and after its last student with data; of none, an empty one. */
export function trimmed(first: number, values: Int32Array): DayVector {
  let start = values.length;
  let end = 0;
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < 0) continue;
    if (n++ === 0) start = i;
    end = i + 1;
  }
  return n === 0
    ? { first: Math.floor(first / BLOCK) * BLOCK, values: new Int32Array(0), n }
    : { first: first + start, values: values.subarray(start, end), n };
}
