import { binned, binsOf, countsOf, groupsOf } from './bins.js';
import { addTo, type Boosting, grow, type Growing } from './boosting.js';
import { calibrateBest } from './calibration.js';
import { addTerm, type AdditiveModel, type ModelFeature, type Term, widthOf } from './model.js';
import { randomOf } from './random.js';
import type { Table } from './table.js';

export interface TrainingOptions {
  seed: number;
  /** Models that are averaged; each leaves out its share of the students. */
  bags: number;
  /** Terms of two features at most. */
  pairs: number;
  features: Boosting;
  pairing: Boosting;
}

export const TRAINING: TrainingOptions = {
  seed: 1,
  bags: 8,
  pairs: 10,
  features: { rate: 0.2, maxRounds: 1000, patience: 40, shrink: 2, leaves: 3, minCurvature: 10 },
  pairing: { rate: 0.2, maxRounds: 300, patience: 20, shrink: 10, leaves: 3, minCurvature: 10 },
};

export interface Trained {
  model: AdditiveModel;
  /** Of every row the score by the one model that did not learn from its student, in log-odds. */
  unseen: Float64Array;
}

/** Bins of what is known of a feature within a term of two. */
const PAIR_BINS = 8;

/** Trains on a table. The same table and options give the same model. `onBag` hears how many bags are done. */
export function train(table: Table, options = TRAINING, onBag?: (done: number) => void): Trained {
  const { outcomes, columns } = table;
  const rows = outcomes.length;
  const hits = outcomes.reduce((sum, hit) => sum + hit, 0);
  const base = Math.log((hits + 0.5) / (rows - hits + 0.5));
  const bagOf = bagsOf(table, options);
  const bins = columns.map((column) => binsOf(column));
  const places = columns.map(({ values }, i) => binned(bins[i]!, values));
  const features = columns.map(({ key }, i): ModelFeature => {
    return { key, bins: bins[i]!, counts: countsOf(bins[i]!, places[i]!) };
  });
  const bags = Array.from({ length: options.bags }, (_, bag) => {
    const learn = placesWhere(rows, (row) => bagOf[row] !== bag);
    const held = placesWhere(rows, (row) => bagOf[row] === bag);
    const scores = new Float64Array(rows).fill(base);
    const terms = bins.map(({ count, kind }, i) => growing(places[i]!, count, kind === 'number'));
    grow(terms, scores, outcomes, learn, held, options.features);
    terms.forEach((term) => addTo(scores, term));
    onBag?.(bag + 1);
    return { learn, held, scores, terms };
  });
  const unseen = new Float64Array(rows);
  const note = (): void => bags.forEach(({ held, scores }) => held.forEach((row) => (unseen[row] = scores[row]!)));
  note();
  const pairs = options.pairs > 0 ? choosePairs(features, places, outcomes, unseen, options) : [];
  for (const bag of bags) {
    const terms = pairs.map((pair) => growing(pair.places, pair.cells, false));
    grow(terms, bag.scores, outcomes, bag.learn, bag.held, options.pairing);
    terms.forEach((term) => addTo(bag.scores, term));
    bag.terms.push(...terms);
  }
  note();
  const shapes = [
    ...columns.map((_, i): Omit<Term, 'points'> => ({ features: [i] })),
    ...pairs.map(({ shape }) => shape),
  ];
  const terms = shapes.map((shape, t): Term => {
    const points = Array.from(bags[0]!.terms[t]!.points, (_, p) => mean(bags.map((bag) => bag.terms[t]!.points[p]!)));
    return { ...shape, points };
  });
  const centred = centre(base, terms, places);
  return { model: { ...centred, features, calibration: calibrateBest(unseen, outcomes, table.students) }, unseen };
}

function growing(places: Growing['places'], count: number, ordered: boolean): Growing {
  return { places, ordered, points: new Float64Array(count) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A bag for each row; students of one bag are about equally many. */
function bagsOf({ students }: Table, { seed, bags }: TrainingOptions): Uint8Array {
  const random = randomOf(seed);
  const all = [...new Set(students)].sort((a, b) => a - b);
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  const bagOf = new Map(all.map((student, i) => [student, i % bags]));
  return Uint8Array.from(students, (student) => bagOf.get(student)!);
}

function placesWhere(rows: number, holds: (row: number) => boolean): Int32Array {
  return Int32Array.from(Array.from({ length: rows }, (_, row) => row).filter(holds));
}

interface Pair {
  shape: Omit<Term, 'points'>;
  places: Uint16Array;
  cells: number;
}

/** The pairs of features that explain most of what the features alone do not, of rows that were not learned from. */
function choosePairs(
  features: readonly ModelFeature[],
  places: readonly Uint8Array[],
  outcomes: Uint8Array,
  unseen: Float64Array,
  { pairs, pairing }: TrainingOptions,
): Pair[] {
  const groups = features.map(({ bins, counts }) => groupsOf(bins, counts, PAIR_BINS));
  const coarse = places.map((of, i) => of.map((bin) => groups[i]![bin]!));
  const widths = groups.map(widthOf);
  const shares = unseen.map((score) => 1 / (1 + Math.exp(-score)));
  const pulls = shares.map((share, i) => outcomes[i]! - share);
  const curves = shares.map((share) => share * (1 - share));
  const found: { a: number; b: number; gain: number }[] = [];
  for (let a = 0; a < features.length; a++)
    for (let b = a + 1; b < features.length; b++) {
      const gain = gainOf(coarse[a]!, coarse[b]!, widths[a]!, widths[b]!, pulls, curves, pairing.shrink);
      if (gain > 0) found.push({ a, b, gain });
    }
  return found
    .sort((one, other) => other.gain - one.gain)
    .slice(0, pairs)
    .map(({ a, b }) => ({
      shape: { features: [a, b], groups: [groups[a]!, groups[b]!] },
      places: Uint16Array.from(coarse[a]!, (bin, row) => bin * widths[b]! + coarse[b]![row]!),
      cells: widths[a]! * widths[b]!,
    }));
}

/** What a table over both gains beyond what rows of the same size gain by chance, a cell at a time. */
function gainOf(
  a: Uint8Array,
  b: Uint8Array,
  aCount: number,
  bCount: number,
  pulls: Float64Array,
  curves: Float64Array,
  shrink: number,
): number {
  const pull = new Float64Array(aCount * bCount);
  const curve = new Float64Array(aCount * bCount);
  for (let i = 0; i < a.length; i++) {
    const cell = a[i]! * bCount + b[i]!;
    pull[cell]! += pulls[i]!;
    curve[cell]! += curves[i]!;
  }
  let gain = 0;
  for (let cell = 0; cell < pull.length; cell++) {
    if (curve[cell] === 0) continue;
    // By chance a cell's squared pull is its curvature.
    gain += (pull[cell]! ** 2 - curve[cell]!) / (curve[cell]! + shrink);
  }
  return gain;
}

/** Moves the mean of every term into the base: a part is what a student has above or below the average student. */
function centre(base: number, terms: readonly Term[], places: readonly Uint8Array[]): { base: number; terms: Term[] } {
  let moved = base;
  const centred = terms.map((term) => {
    const parts = new Float64Array(places[0]!.length);
    addTerm(parts, term, places);
    const middle = parts.reduce((sum, part) => sum + part, 0) / parts.length;
    moved += middle;
    return { ...term, points: term.points.map((points) => points - middle) };
  });
  return { base: moved, terms: centred };
}
