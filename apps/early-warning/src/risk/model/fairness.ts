import { wilson } from './measures.js';

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
}

export interface Fairness {
  groups: GroupFound[];
  /** Largest difference between two groups of whom there is a share; null where there are not two. */
  gap: number | null;
}

/**
 * Equal opportunity (Hardt, Price, Srebro: Equality of opportunity in supervised learning, NIPS 2016): whoever will need help should
 * be seen as often in one group as in another. `upper`: share of the list that is looked at first, 0–1.
 */
export function fairnessOf(
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  groups: readonly (string | null)[],
  { upper, minOutcomes }: { upper: number; minOutcomes: number },
): Fairness {
  const border = [...Float64Array.from(scores).sort()].at(-Math.max(1, Math.round(scores.length * upper)))!;
  const counts = new Map<string, GroupFound>();
  groups.forEach((group, row) => {
    if (group === null) return;
    const of = counts.get(group) ?? { group, rows: 0, outcomes: 0, found: 0, share: null, interval: null };
    counts.set(group, of);
    of.rows++;
    of.outcomes += outcomes[row]!;
    if (outcomes[row] && scores[row]! >= border) of.found++;
  });
  const found = [...counts.values()].sort((a, b) => (a.group < b.group ? -1 : 1));
  for (const of of found) {
    if (of.outcomes < minOutcomes) continue;
    of.share = of.found / of.outcomes;
    of.interval = wilson(of.found, of.outcomes);
  }
  const shares = found.flatMap(({ share }) => (share === null ? [] : [share]));
  return { groups: found, gap: shares.length < 2 ? null : Math.max(...shares) - Math.min(...shares) };
}
