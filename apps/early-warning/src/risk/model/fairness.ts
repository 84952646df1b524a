import { auc, wilson } from './measures.js';
import { randomOf } from './random.js';

/** How many of those with the outcome stand in the upper part of the list, of one group of students. */
export interface GroupFound {
  /** Code of the group within what is declared, e.g. `female`. */
  group: string;
  rows: number;
  outcomes: number;
  found: number;
  /** found / outcomes; null where there are too few outcomes to say. */
  share: number | null;
  /** 95 % interval of the share (Wilson). */
  interval: [number, number] | null;
  /** outcomes / rows, and the mean of what was foretold of them: alike where the model is calibrated within the group. */
  rate: number;
  foretold: number;
  /** The share there would be if what was foretold of each student came true on average; null with `share`. */
  expected: number | null;
  /** Area under the curve within the group; null with `share`. */
  auc: number | null;
}

export interface Fairness {
  groups: GroupFound[];
  /** Largest difference between two groups of whom there is a share; null where there are not two. */
  gap: number | null;
  /** 95 % interval of the gap, by bootstrap of the outcomes of each group. */
  gapInterval: [number, number] | null;
  /**
   * The difference between the same two groups that follows from one line for all over groups of whom different shares were foretold, even
   * if every foretold share came true (Chouldechova: Fair prediction with disparate impact, 2017; Corbett-Davies et al. 2017).
   */
  expectedGap: number | null;
}

export interface FairnessOptions {
  /** Share of the list that is looked at first, 0–1. */
  upper: number;
  minOutcomes: number;
}

const DRAWS = 500;

/**
 * Equal opportunity (Hardt, Price, Srebro: Equality of opportunity in supervised learning, NIPS 2016): whoever will need help should
 * be seen as often in one group as in another. `shares`: what the scores foretell, 0–1.
 */
export function fairnessOf(
  scores: ArrayLike<number>,
  shares: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  groups: readonly (string | null)[],
  { upper, minOutcomes }: FairnessOptions,
): Fairness {
  const border = [...Float64Array.from(scores).sort()].at(-Math.max(1, Math.round(scores.length * upper)))!;
  const rowsOf = new Map<string, number[]>();
  groups.forEach((group, row) => {
    if (group === null) return;
    const of = rowsOf.get(group);
    if (of) of.push(row);
    else rowsOf.set(group, [row]);
  });
  const found = [...rowsOf].map(([group, rows]): GroupFound => {
    const above = rows.filter((row) => scores[row]! >= border);
    const sum = (of: ArrayLike<number>, some: readonly number[]): number =>
      some.reduce((total, row) => total + of[row]!, 0);
    const [hits, seen] = [sum(outcomes, rows), sum(outcomes, above)];
    const enough = hits >= minOutcomes;
    const pick = (of: ArrayLike<number>): number[] => rows.map((row) => of[row]!);
    const area = enough && hits < rows.length ? auc(pick(scores), pick(outcomes)) : null;
    return {
      ...{ group, rows: rows.length, outcomes: hits, found: seen, auc: area },
      share: enough ? seen / hits : null,
      interval: enough ? wilson(seen, hits) : null,
      rate: hits / rows.length,
      foretold: sum(shares, rows) / rows.length,
      expected: enough ? sum(shares, above) / sum(shares, rows) : null,
    };
  });
  found.sort((a, b) => (a.group < b.group ? -1 : 1));
  const told = found.filter(({ share }) => share !== null).sort((a, b) => a.share! - b.share!);
  const [low, high] = [told[0], told.at(-1)];
  if (told.length < 2) return { groups: found, gap: null, gapInterval: null, expectedGap: null };
  return {
    groups: found,
    gap: high!.share! - low!.share!,
    gapInterval: gapInterval(told),
    expectedGap: high!.expected! - low!.expected!,
  };
}

/** Of the largest difference, when the outcomes of each group are drawn anew from themselves. */
function gapInterval(told: readonly GroupFound[]): [number, number] {
  const random = randomOf(1);
  const gaps = Float64Array.from({ length: DRAWS }, () => {
    const shares = told.map(({ share, outcomes }) => {
      let found = 0;
      for (let i = 0; i < outcomes; i++) if (random() < share!) found++;
      return found / outcomes;
    });
    return Math.max(...shares) - Math.min(...shares);
  }).sort();
  return [gaps[Math.floor(0.025 * DRAWS)]!, gaps[Math.ceil(0.975 * DRAWS) - 1]!];
}
