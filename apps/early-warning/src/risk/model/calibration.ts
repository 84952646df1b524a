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

/** Points that a curve is drawn through. */
const POINTS = 65;
const STEPS = 50;

/**
 * A logistic curve through the outcomes, by Newton's steps (Platt: Probabilistic outputs for support vector machines, 1999, with his
 * targets), drawn as a line: smooth where pools of few students are steps.
 */
export function calibrateSmooth(scores: Float64Array, outcomes: Uint8Array): Calibration {
  const hits = outcomes.reduce((sum, hit) => sum + hit, 0);
  const [high, low] = [(hits + 1) / (hits + 2), 1 / (scores.length - hits + 2)];
  let [slope, start] = [1, 0];
  for (let step = 0; step < STEPS; step++) {
    let [a, b, aa, ab, bb] = [0, 0, 1e-9, 0, 1e-9];
    for (let i = 0; i < scores.length; i++) {
      const share = logistic(slope * scores[i]! + start);
      const pull = (outcomes[i] ? high : low) - share;
      const curve = share * (1 - share);
      a += pull * scores[i]!;
      b += pull;
      aa += curve * scores[i]! ** 2;
      ab += curve * scores[i]!;
      bb += curve;
    }
    const determinant = aa * bb - ab * ab;
    const [stepA, stepB] = [(bb * a - ab * b) / determinant, (aa * b - ab * a) / determinant];
    slope += stepA;
    start += stepB;
    if (Math.abs(stepA) + Math.abs(stepB) < 1e-9) break;
  }
  const sorted = scores.slice().sort();
  const at = Array.from({ length: POINTS }, (_, i) => {
    const [first, last] = [sorted[0]!, sorted.at(-1)!];
    return first + ((last - first) * i) / (POINTS - 1);
  });
  // A score says more risk the higher it is, whatever these rows say.
  const rising = Math.max(0, slope);
  return { scores: at, shares: at.map((score) => logistic(rising * score + start)) };
}

function logistic(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

const WAYS = [
  calibrate,
  calibrateSmooth,
  (scores: Float64Array, outcomes: Uint8Array) => calibrate(scores, outcomes, 4 * MIN_ROWS),
];
const PARTS = 5;

/** The way that foretells best of students it was not fitted to, fitted to all; by mean squared distance, over parts of the students. */
export function calibrateBest(scores: Float64Array, outcomes: Uint8Array, students: Int32Array): Calibration {
  const places = Array.from(scores.keys());
  const losses = WAYS.map(() => 0);
  for (let part = 0; part < PARTS; part++) {
    const isHeld = (row: number): boolean => mixed(students[row]!) % PARTS === part;
    const [learn, held] = [places.filter((row) => !isHeld(row)), places.filter(isHeld)];
    if (learn.length === 0) continue;
    const of = Float64Array.from(learn, (row) => scores[row]!);
    const hit = Uint8Array.from(learn, (row) => outcomes[row]!);
    WAYS.forEach((way, i) => {
      const line = way(of, hit);
      for (const row of held) losses[i]! += (calibrated(line, scores[row]!) - outcomes[row]!) ** 2;
    });
  }
  return WAYS[losses.indexOf(Math.min(...losses))]!(scores, outcomes);
}

/** Numbers of neighbours tell of the same class: parts are to be alike. */
function mixed(number: number): number {
  return Math.imul(number ^ (number >>> 15), 0x2c1b3c6d) >>> 8;
}
