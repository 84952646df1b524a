import type { Bilingual } from '#contracts';
import { type AdditiveModel, partsOf } from './model/model.js';
import type { Column } from './model/table.js';
import { sayPart } from './wording.js';

/** A part of a score as it is stored: place of the term, what it adds, and the values of its features; null = not known. */
export type StoredPart = [term: number, points: number, ...values: (number | null)[]];

/** Parts of a score that are stored, those that matter most. */
export const STORED_PARTS = 5;

/** Of every row the parts that matter most, the largest first. */
export function strongestParts(model: AdditiveModel, columns: readonly Column[]): StoredPart[][] {
  const parts = partsOf(model, columns);
  const byKey = new Map(columns.map(({ key, values }) => [key, values]));
  const values = model.features.map(({ key }) => byKey.get(key)!);
  const places = parts.map((_, term) => term);
  return Array.from(parts[0] ?? [], (_, row) =>
    [...places]
      .sort((a, b) => Math.abs(parts[b]![row]!) - Math.abs(parts[a]![row]!))
      .slice(0, STORED_PARTS)
      .map((term): StoredPart => {
        const known = model.terms[term]!.features.map((feature) => values[feature]![row]!);
        return [term, parts[term]![row]!, ...known.map((value) => (Number.isNaN(value) ? null : value))];
      }),
  );
}

/** A stored part in words, as `GET /students/{id}/risk` says it. */
export function shownPart(
  model: AdditiveModel,
  [place, points, ...values]: StoredPart,
  names: ReadonlyMap<string, Bilingual>,
) {
  const term = model.terms[place]!;
  const features = term.features.map((feature) => model.features[feature]!.key);
  const known = new Map(features.map((key, i) => [key, values[i] ?? NaN]));
  return { features, text: sayPart(model, term, points, names, known), points };
}
