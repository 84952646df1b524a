import { binned, binsOf, type Bins } from './bins.js';
import { addTo, type Boosting, grow, type Growing } from './boosting.js';
import { calibrate } from './calibration.js';
import type { AdditiveModel, Term } from './model.js';
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
  features: { rate: 0.2, maxRounds: 1000, patience: 40, shrink: 2, leaves: 3, minCurvature: 2 },
  pairing: { rate: 0.2, maxRounds: 300, patience: 20, shrink: 10, leaves: 3, minCurvature: 2 },
};

export interface Trained {
  model: AdditiveModel;
  /** Of every row the score by the one model that did not learn from its student, in log-odds. */
  unseen: Float64Array;
}

/** Bins of a feature within a term of two. */
const PAIR_BINS = 9;

/** Trains on a table. The same table and options give the same model. `onBag` hears how many bags are done. */
export function train(table: Table, options = TRAINING, onBag?: (done: number) => void): Trained {
  const { outcomes, columns } = table;
  const rows = outcomes.length;
  const hits = outcomes.reduce((sum, hit) => sum + hit, 0);
  const base = Math.log((hits + 0.5) / (rows - hits + 0.5));
  const bagOf = bagsOf(table, options);
  const singles = columns.map((column) => termOf([column.key], [binsOf(column)]));
  const singlePlaces = columns.map(({ values }, i) => binned(singles[i]!.bins[0]!, values));
  const bags = Array.from({ length: options.bags }, (_, bag) => {
    const learn = placesWhere(rows, (row) => bagOf[row] !== bag);
    const held = placesWhere(rows, (row) => bagOf[row] === bag);
    const scores = new Float64Array(rows).fill(base);
    const terms = singles.map(({ bins: [bins] }, i): Growing => growing(singlePlaces[i]!, bins!.count, bins!.kind === 'number'));
    grow(terms, scores, outcomes, learn, held, options.features);
    terms.forEach((term) => addTo(scores, term));
    onBag?.(bag + 1);
    return { learn, held, scores, terms, pairs: [] as Growing[] };
  });
  const unseen = new Float64Array(rows);
  const note = (): void => bags.forEach(({ held, scores }) => held.forEach((row) => (unseen[row] = scores[row]!)));
  note();
  const pairs = options.pairs > 0 ? choosePairs(table, unseen, options) : [];
  for (const bag of bags) {
    bag.pairs = pairs.map(({ places, term }) => growing(places, term.points.length, false));
    grow(bag.pairs, bag.scores, outcomes, bag.learn, bag.held, options.pairing);
    bag.pairs.forEach((pair) => addTo(bag.scores, pair));
  }
  note();
  const average = (term: Term, of: (bag: (typeof bags)[number]) => Growing): Term => ({
    ...term,
    points: term.points.map((_, p) => bags.reduce((sum, bag) => sum + of(bag).points[p]!, 0) / bags.length),
  });
  const terms = [
    ...singles.map((term, i) => average(term, (bag) => bag.terms[i]!)),
    ...pairs.map(({ term }, i) => average(term, (bag) => bag.pairs[i]!)),
  ];
  const places = [...singlePlaces, ...pairs.map(({ places }) => places)];
  const centred = centre(base, terms, places);
  return { model: { ...centred, calibration: calibrate(unseen, outcomes) }, unseen };
}

function termOf(features: Term['features'], bins: Bins[]): Term {
  return { features, bins, points: new Array<number>(bins.reduce((n, { count }) => n * count, 1)).fill(0) };
}

function growing(places: Growing['places'], count: number, ordered: boolean): Growing {
  return { places, ordered, points: new Float64Array(count) };
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

/** The pairs of features that explain most of what the features alone do not, of rows that were not learned from. */
function choosePairs(
  { columns, outcomes }: Table,
  unseen: Float64Array,
  { pairs, pairing }: TrainingOptions,
): { term: Term; places: Uint16Array }[] {
  const coarse = columns.map((column) => binsOf(column, PAIR_BINS));
  const places = columns.map(({ values }, i) => binned(coarse[i]!, values));
  const shares = unseen.map((score) => 1 / (1 + Math.exp(-score)));
  const pulls = shares.map((share, i) => outcomes[i]! - share);
  const curves = shares.map((share) => share * (1 - share));
  const found: { a: number; b: number; gain: number }[] = [];
  for (let a = 0; a < columns.length; a++)
    for (let b = a + 1; b < columns.length; b++) {
      const gain = gainOf(places[a]!, places[b]!, coarse[a]!.count, coarse[b]!.count, pulls, curves, pairing.shrink);
      found.push({ a, b, gain });
    }
  return found
    .sort((one, other) => other.gain - one.gain)
    .slice(0, pairs)
    .map(({ a, b }) => ({
      term: termOf([columns[a]!.key, columns[b]!.key], [coarse[a]!, coarse[b]!]),
      places: Uint16Array.from(places[a]!, (bin, row) => bin * coarse[b]!.count + places[b]![row]!),
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
function centre(base: number, terms: readonly Term[], places: readonly ArrayLike<number>[]): Omit<AdditiveModel, 'calibration'> {
  let moved = base;
  const centred = terms.map((term, t) => {
    const at = places[t]!;
    let sum = 0;
    for (let row = 0; row < at.length; row++) sum += term.points[at[row]!]!;
    const mean = sum / Math.max(1, at.length);
    moved += mean;
    return { ...term, points: term.points.map((points) => points - mean) };
  });
  return { base: moved, terms: centred };
}
