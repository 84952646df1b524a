import { randomOf } from '../../risk/model/random.js';
import { interceptOf, t95 } from './least-squares.js';

/** Students on days: with the intervention on that day, or of those who had none, on the same days. NaN = not known. */
export interface EffectTable {
  /** What students are compared by, as of the day before; the outcome before is among it by itself. */
  features: { key: string; values: Float64Array }[];
  before: Float64Array;
  after: Float64Array;
  /** 1 = had the intervention. */
  treated: Uint8Array;
  /** Rows of a student share a number. */
  students: Int32Array;
  /** Only rows of the same day are compared. */
  days: Int32Array;
}

/** How alike those with and those without are in a feature, in standard deviations: of all, and of the pairs. */
export interface Balance {
  feature: string;
  all: number;
  pairs: number;
}

export interface MatchedEffect {
  /** Students with the intervention of whom everything is known. */
  treated: number;
  pairs: number;
  balance: Balance[];
  /** Why there is no difference told. */
  withheld: 'few' | 'unlike' | null;
  /** Change of those with the intervention less that of similar students without it; its 95 % interval. */
  difference: number | null;
  interval: [number, number] | null;
  /** Mean change of either. */
  changes: { with: number; without: number } | null;
}

export interface MatchingOptions {
  minPairs: number;
  seed: number;
}

/** Pairs may be so far apart, root mean square over the features, in standard deviations. */
export const CALIPER = 0.25;
/** Above it what is left of the difference in a feature forbids a comparison (Rubin: Using propensity scores to help design observational studies, 2001). */
export const UNLIKE = 0.25;

/**
 * The difference in change between students with an intervention and the most similar students without it (matched difference in
 * differences). Each gets the nearest of the same day who was not taken yet, on standardised features and the outcome before (Rubin:
 * Matching to remove bias in observational studies, 1973); what the pairs still differ in is taken out by a line through their differences
 * (Rubin 1979; Abadie, Imbens: Bias-corrected matching estimators, 2011), whose intercept is the difference told. The same table and seed
 * give the same answer.
 */
export function matchedEffect(table: EffectTable, { minPairs, seed }: MatchingOptions): MatchedEffect {
  const features = [...table.features, { key: 'outcome', values: table.before }];
  const rows = knownRows(table, features);
  const spreads = features.map(({ values }) => spreadOf(rows.map((row) => values[row]!)));
  const used = features.map((_, i) => i).filter((i) => spreads[i]! > 0);
  const scaled = used.map((i) => features[i]!.values.map((value) => value / spreads[i]!));
  const pairs = pairsOf(table, rows, scaled, seed);
  const treated = rows.filter((row) => table.treated[row] === 1);
  const others = rows.filter((row) => table.treated[row] === 0);
  const balance = used.map((i, k): Balance => {
    const mean = (of: readonly number[]): number => meanOf(of.map((row) => scaled[k]![row]!));
    return {
      feature: features[i]!.key,
      all: mean(treated) - mean(others),
      pairs: mean(pairs.map(([one]) => one)) - mean(pairs.map(([, other]) => other)),
    };
  });
  const found = { treated: treated.length, pairs: pairs.length, balance };
  const none = { difference: null, interval: null, changes: null };
  if (pairs.length < Math.max(minPairs, 2 * (used.length + 1))) return { ...found, withheld: 'few', ...none };
  if (balance.some((one) => Math.abs(one.pairs) > UNLIKE)) return { ...found, withheld: 'unlike', ...none };
  const change = (row: number): number => table.after[row]! - table.before[row]!;
  const y = Float64Array.from(pairs, ([one, other]) => change(one) - change(other));
  const apart = scaled.map((values) => Float64Array.from(pairs, ([one, other]) => values[one]! - values[other]!));
  const { value, error, freedom } = interceptOf(y, apart);
  const half = t95(freedom) * error;
  return {
    ...found,
    withheld: null,
    difference: value,
    interval: [value - half, value + half],
    changes: {
      with: meanOf(pairs.map(([one]) => change(one))),
      without: meanOf(pairs.map(([, other]) => change(other))),
    },
  };
}

/** Rows of whom everything is known. */
function knownRows({ after, treated }: EffectTable, features: EffectTable['features']): number[] {
  const places = Array.from(treated, (_, row) => row);
  return places.filter(
    (row) => !Number.isNaN(after[row]!) && features.every(({ values }) => !Number.isNaN(values[row]!)),
  );
}

/** One by one in an order of chance, so that nobody is better served for having come first; a student without is taken once. */
function pairsOf(
  { treated, students, days }: EffectTable,
  rows: readonly number[],
  scaled: readonly Float64Array[],
  seed: number,
): [number, number][] {
  const random = randomOf(seed);
  const withIt = rows.filter((row) => treated[row] === 1);
  for (let i = withIt.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [withIt[i], withIt[j]] = [withIt[j]!, withIt[i]!];
  }
  const byDay = new Map<number, number[]>();
  for (const row of rows)
    if (treated[row] === 0) {
      const of = byDay.get(days[row]!);
      if (of) of.push(row);
      else byDay.set(days[row]!, [row]);
    }
  const taken = new Set<number>();
  const furthest = CALIPER ** 2 * scaled.length;
  const pairs: [number, number][] = [];
  for (const row of withIt) {
    let nearest = -1;
    let least = furthest;
    for (const other of byDay.get(days[row]!) ?? []) {
      if (taken.has(students[other]!)) continue;
      let distance = 0;
      for (let k = 0; k < scaled.length && distance < least; k++)
        distance += (scaled[k]![row]! - scaled[k]![other]!) ** 2;
      if (distance < least) [nearest, least] = [other, distance];
    }
    if (nearest < 0) continue;
    taken.add(students[nearest]!);
    pairs.push([row, nearest]);
  }
  return pairs;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function spreadOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}
