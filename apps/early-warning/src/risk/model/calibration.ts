/** A score's share of outcomes, as points of a line that never falls; between two points it is straight, beyond the last level. */
export interface Calibration {
  /** Log-odds, ascending. */
  scores: number[];
  /** Shares 0–1, never falling. */
  shares: number[];
}

/** Rows behind one point of the line: a step that rests on a handful of students says nothing. */
const MIN_ROWS = 50;

/**
 * Isotonic regression (pool adjacent violators) of outcomes on scores: a higher score never gets a lower share. The scores must be of
 * rows that the model did not learn from.
 */
export function calibrate(scores: Float64Array, outcomes: Uint8Array, minRows = MIN_ROWS): Calibration {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  const pools: { score: number; hits: number; n: number }[] = [];
  for (let from = 0; from < order.length;) {
    const to = Math.min(order.length, from + minRows);
    const rows = order.slice(from, order.length - to < minRows ? order.length : to);
    from += rows.length;
    pools.push({
      score: rows.reduce((sum, row) => sum + scores[row]!, 0),
      hits: rows.reduce((sum, row) => sum + outcomes[row]!, 0),
      n: rows.length,
    });
    for (let last = pools.at(-1)!, before = pools.at(-2); before && before.hits * last.n >= last.hits * before.n;) {
      pools.splice(
        -2,
        2,
        (last = { score: before.score + last.score, hits: before.hits + last.hits, n: before.n + last.n }),
      );
      before = pools.at(-2);
    }
  }
  return {
    scores: pools.map(({ score, n }) => score / n),
    // Half an outcome on either side: of the riskiest pool not all, of the safest not none, will be so again.
    shares: pools
      .map(({ hits, n }) => (hits + 0.5) / (n + 1))
      .map((share, i, all) => Math.max(share, ...all.slice(0, i))),
  };
}

export function calibrated({ scores, shares }: Calibration, score: number): number {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scores[middle]! <= score) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return shares[0]!;
  if (low === scores.length) return shares[low - 1]!;
  const [left, right] = [scores[low - 1]!, scores[low]!];
  return shares[low - 1]! + ((score - left) / (right - left)) * (shares[low]! - shares[low - 1]!);
}
