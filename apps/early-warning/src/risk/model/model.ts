import { binned, type Bins } from './bins.js';
import { calibrated, type Calibration } from './calibration.js';
import type { Column } from './table.js';

/** A feature as the model sees it. */
export interface ModelFeature {
  key: string;
  bins: Bins;
  /** Rows in each bin when it was trained: what later students are compared with. */
  counts: number[];
}

/** What one feature, or two together, add to the score; in log-odds. */
export interface Term {
  /** Places of one or two features. */
  features: [number] | [number, number];
  /** Of two features, for each of its bins the coarser bin of this term. */
  groups?: [number[], number[]];
  /** By bin; of two features by coarser bin of the first × coarser bins of the second + that of the second. */
  points: number[];
}

/**
 * A generalized additive model: the score of a student is `base` and one part of each term, nothing else, so that every score can be
 * read part by part (Lou, Caruana, Gehrke: Intelligible models for classification and regression, KDD 2012).
 */
export interface AdditiveModel {
  base: number;
  features: ModelFeature[];
  terms: Term[];
  calibration: Calibration;
}

/** The bins of all rows, by feature of the model. Throws an Error where a feature is not among the columns. */
export function placesOf({ features }: AdditiveModel, columns: readonly Column[]): Uint8Array[] {
  const byKey = new Map(columns.map((column) => [column.key, column]));
  return features.map(({ key, bins }) => {
    const column = byKey.get(key);
    if (!column) throw new Error(`The model needs the feature ${key}`);
    return binned(bins, column.values);
  });
}

/** What a term adds for every row; added to `sums`. */
export function addTerm(sums: Float64Array, term: Term, places: readonly Uint8Array[]): void {
  const points = Float64Array.from(term.points);
  const [first, second] = term.features.map((feature) => places[feature]!);
  if (!term.groups) {
    for (let i = 0; i < sums.length; i++) sums[i]! += points[first![i]!]!;
    return;
  }
  const width = widthOf(term.groups[1]);
  const [left, right] = term.groups.map((groups, side) =>
    Uint16Array.from(groups, (group) => (side === 0 ? group * width : group)),
  );
  for (let i = 0; i < sums.length; i++) sums[i]! += points[left![first![i]!]! + right![second![i]!]!]!;
}

/** Coarser bins that there are. */
export function widthOf(groups: readonly number[]): number {
  return Math.max(...groups) + 1;
}

/** The part of each term for every row. */
export function partsOf(model: AdditiveModel, columns: readonly Column[]): Float64Array[] {
  const places = placesOf(model, columns);
  return model.terms.map((term) => {
    const parts = new Float64Array(places[0]?.length ?? 0);
    addTerm(parts, term, places);
    return parts;
  });
}

/** Log-odds of every row: the base and the sum of its parts. */
export function scoresOf(model: AdditiveModel, columns: readonly Column[]): Float64Array {
  const places = placesOf(model, columns);
  const scores = new Float64Array(places[0]?.length ?? 0).fill(model.base);
  for (const term of model.terms) addTerm(scores, term, places);
  return scores;
}

/** Of students like this, the share in which the outcome came to pass, 0–1. */
export function sharesOf(model: AdditiveModel, scores: Float64Array): Float64Array {
  return scores.map((score) => calibrated(model.calibration, score));
}
