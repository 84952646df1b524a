/** Share of pairs of a row with the outcome and one without in which the former has the higher score; a tie is half. NaN without pairs. */
export function auc(scores: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let ranks = 0;
  let hits = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    let tied = 0;
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) tied += outcomes[order[to++]!]!;
    ranks += (tied * (from + 1 + to)) / 2;
    hits += tied;
    from = to;
  }
  return (ranks - (hits * (hits + 1)) / 2) / (hits * (order.length - hits));
}

/** Mean squared distance between share and outcome. */
export function brier(shares: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < shares.length; i++) sum += (shares[i]! - outcomes[i]!) ** 2;
  return sum / shares.length;
}

/** Wilson's interval of a share, 95 %. */
export function wilson(hits: number, n: number): [number, number] {
  if (n === 0) return [0, 1];
  const z = 1.959964;
  const share = hits / n;
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/**
 * Population stability index of two histograms over the same bins: below .1 nothing to see, above .25 the population is another one
 * (Siddiqi: Credit risk scorecards, 2006). Empty bins count as half a row.
 */
export function psi(expected: readonly number[], actual: readonly number[]): number {
  const shareOf = (counts: readonly number[]): number[] => {
    const total = counts.reduce((sum, n) => sum + Math.max(n, 0.5), 0);
    return counts.map((n) => Math.max(n, 0.5) / total);
  };
  const [before, now] = [shareOf(expected), shareOf(actual)];
  return before.reduce((sum, share, i) => sum + (now[i]! - share) * Math.log(now[i]! / share), 0);
}
