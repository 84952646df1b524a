import { binned, type Bins } from './bins.js';
import { calibrated, type Calibration } from './calibration.js';
import type { Column } from './table.js';

/** What one feature, or two together, add to the score, by bin; in log-odds. */
export interface Term {
  /** Keys of one or two features. */
  features: [string] | [string, string];
  /** Of each feature. Where there are two, these are coarser than those of the feature alone. */
  bins: Bins[];
  /** By bin; of two features by bin of the first × bins of the second + bin of the second. */
  points: number[];
}

/**
 * A generalized additive model: the score of a student is `base` and one part of each term, nothing else, so that every score can be
 * read part by part (Lou, Caruana, Gehrke: Intelligible models for classification and regression, KDD 2012).
 */
export interface AdditiveModel {
  base: number;
  terms: Term[];
  calibration: Calibration;
}

/** What each term adds for every row; rows run along, in the order of the columns' values. */
export function partsOf(model: AdditiveModel, columns: readonly Column[]): Float64Array[] {
  const byKey = new Map(columns.map((column) => [column.key, column]));
  return model.terms.map((term) => {
    const places = placesOf(term, byKey);
    const points = Float64Array.from(term.points);
    return Float64Array.from(places, (place) => points[place]!);
  });
}

/** Log-odds of every row: the base and the sum of its parts. */
export function scoresOf(model: AdditiveModel, columns: readonly Column[]): Float64Array {
  const rows = columns[0]?.values.length ?? 0;
  const scores = new Float64Array(rows).fill(model.base);
  const byKey = new Map(columns.map((column) => [column.key, column]));
  const known = new Map<string, Uint8Array>();
  for (const term of model.terms) {
    const [first, second] = term.bins.map((bins, i) => {
      const key = term.features[i]!;
      const name = `${key} ${bins.cuts.join()}`;
      const places = known.get(name) ?? binned(bins, byKey.get(key)!.values);
      known.set(name, places);
      return places;
    });
    const points = Float64Array.from(term.points);
    if (!second) for (let i = 0; i < rows; i++) scores[i]! += points[first![i]!]!;
    else {
      const width = term.bins[1]!.count;
      for (let i = 0; i < rows; i++) scores[i]! += points[first![i]! * width + second[i]!]!;
    }
  }
  return scores;
}

/** Of students like this, the share in which the outcome came to pass, 0–1. */
export function sharesOf(model: AdditiveModel, scores: Float64Array): Float64Array {
  return scores.map((score) => calibrated(model.calibration, score));
}

/** Place of every row in the term's points. */
export function placesOf({ features, bins }: Term, byKey: ReadonlyMap<string, Column>): Uint16Array {
  const [first, second] = bins.map((of, i) => binned(of, byKey.get(features[i]!)!.values));
  return second
    ? Uint16Array.from(first!, (bin, i) => bin * bins[1]!.count + second[i]!)
    : Uint16Array.from(first!);
}
