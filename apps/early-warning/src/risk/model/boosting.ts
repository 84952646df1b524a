import { UNKNOWN } from './bins.js';

/** A term in the making: where each row falls, and what the places add. */
export interface Growing {
  /** Place of each row. */
  places: Uint8Array | Uint16Array;
  /** Neighbouring places are alike (bins of a number; the first is of what is not known), or each stands for itself. */
  ordered: boolean;
  points: Float64Array;
}

export interface Boosting {
  /** Share of the best step that is taken each round. */
  rate: number;
  maxRounds: number;
  /** Rounds without a smaller loss on the rows that were held out, after which it ends. */
  patience: number;
  /** Added to the curvature of every leaf: pulls the points of what few rows speak of towards 0. */
  shrink: number;
  /** Leaves that a number's bins are cut into per round. */
  leaves: number;
  /** Smallest curvature of a leaf: about four times this many rows where the outcome is even. */
  minCurvature: number;
}

/** Adds to the rows' scores what each term says, as of its points. */
export function addTo(scores: Float64Array, { places, points }: Growing): void {
  for (let i = 0; i < scores.length; i++) scores[i]! += points[places[i]!]!;
}

/**
 * Grows the terms together: each round every term proposes a step from the same gradients, and one length is found for all of the
 * steps. Stops where the loss on the rows held out no longer falls, and returns to where it was smallest. Returns that loss.
 */
export function grow(
  terms: readonly Growing[],
  scores: Float64Array,
  outcomes: Uint8Array,
  learn: Int32Array,
  held: Int32Array,
  options: Boosting,
): number {
  const n = learn.length;
  const places = terms.map((term) => Uint16Array.from(learn, (row) => term.places[row]!));
  const heldPlaces = terms.map((term) => Uint16Array.from(held, (row) => term.places[row]!));
  const now = Float64Array.from(learn, (row) => scores[row]!);
  const heldNow = Float64Array.from(held, (row) => scores[row]!);
  const hit = Uint8Array.from(learn, (row) => outcomes[row]!);
  const heldHit = Uint8Array.from(held, (row) => outcomes[row]!);
  const pulls = new Float64Array(n);
  const curves = new Float64Array(n);
  const direction = new Float64Array(n);
  const steps = terms.map(({ points }) => new Float64Array(points.length));
  const best = terms.map(({ points }) => points.slice());
  let bestLoss = lossOf(heldNow, heldHit);
  for (let round = 0, since = 0; round < options.maxRounds && since < options.patience; round++) {
    for (let i = 0; i < n; i++) {
      const share = 1 / (1 + Math.exp(-now[i]!));
      pulls[i] = hit[i]! - share;
      curves[i] = share * (1 - share);
    }
    direction.fill(0);
    terms.forEach((term, t) => {
      stepOf(term, places[t]!, pulls, curves, steps[t]!, options);
      const [at, step] = [places[t]!, steps[t]!];
      for (let i = 0; i < n; i++) direction[i]! += step[at[i]!]!;
    });
    let slope = 0;
    let curvature = 0;
    for (let i = 0; i < n; i++) {
      const along = direction[i]!;
      slope += pulls[i]! * along;
      curvature += curves[i]! * along * along;
    }
    if (!(slope > 0 && curvature > 0)) break;
    const length = (options.rate * slope) / curvature;
    for (let i = 0; i < n; i++) now[i]! += length * direction[i]!;
    terms.forEach(({ points }, t) => {
      const [step, at] = [steps[t]!, heldPlaces[t]!];
      for (let p = 0; p < points.length; p++) points[p]! += length * step[p]!;
      for (let i = 0; i < heldNow.length; i++) heldNow[i]! += length * step[at[i]!]!;
    });
    const loss = lossOf(heldNow, heldHit);
    if (loss < bestLoss - 1e-7) {
      bestLoss = loss;
      since = 0;
      terms.forEach(({ points }, t) => best[t]!.set(points));
    } else since++;
  }
  terms.forEach(({ points }, t) => points.set(best[t]!));
  return bestLoss;
}

/** Mean logarithmic loss. */
function lossOf(scores: Float64Array, outcomes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const towards = outcomes[i] ? scores[i]! : -scores[i]!;
    sum += towards > 0 ? Math.log1p(Math.exp(-towards)) : Math.log1p(Math.exp(towards)) - towards;
  }
  return sum / Math.max(1, scores.length);
}

/** Newton's step of one term, by place. */
function stepOf(
  { ordered }: Growing,
  places: Uint16Array,
  pulls: Float64Array,
  curves: Float64Array,
  step: Float64Array,
  { shrink, leaves, minCurvature }: Boosting,
): void {
  const count = step.length;
  const pull = new Float64Array(count);
  const curve = new Float64Array(count);
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    pull[place]! += pulls[i]!;
    curve[place]! += curves[i]!;
  }
  if (!ordered) {
    for (let p = 0; p < count; p++) step[p] = pull[p]! / (curve[p]! + shrink);
    return;
  }
  step[UNKNOWN] = pull[UNKNOWN]! / (curve[UNKNOWN]! + shrink);
  const cut = [1, count];
  while (cut.length <= leaves) {
    const at = bestCut(pull, curve, cut, shrink, minCurvature);
    if (at === undefined) break;
    cut.push(at);
    cut.sort((a, b) => a - b);
  }
  for (let leaf = 0; leaf + 1 < cut.length; leaf++) {
    let [pulled, curved] = [0, 0];
    for (let p = cut[leaf]!; p < cut[leaf + 1]!; p++) {
      pulled += pull[p]!;
      curved += curve[p]!;
    }
    step.fill(pulled / (curved + shrink), cut[leaf]!, cut[leaf + 1]!);
  }
}

/** Where another cut gains most; undefined = nowhere. */
function bestCut(
  pull: Float64Array,
  curve: Float64Array,
  cut: readonly number[],
  shrink: number,
  minCurvature: number,
): number | undefined {
  let best: number | undefined;
  let gain = 1e-9;
  for (let leaf = 0; leaf + 1 < cut.length; leaf++) {
    let [rightPull, rightCurve] = [0, 0];
    for (let p = cut[leaf]!; p < cut[leaf + 1]!; p++) {
      rightPull += pull[p]!;
      rightCurve += curve[p]!;
    }
    const whole = (rightPull * rightPull) / (rightCurve + shrink);
    let [leftPull, leftCurve] = [0, 0];
    for (let p = cut[leaf]!; p + 1 < cut[leaf + 1]!; p++) {
      leftPull += pull[p]!;
      leftCurve += curve[p]!;
      rightPull -= pull[p]!;
      rightCurve -= curve[p]!;
      if (leftCurve < minCurvature || rightCurve < minCurvature) continue;
      const found =
        (leftPull * leftPull) / (leftCurve + shrink) + (rightPull * rightPull) / (rightCurve + shrink) - whole;
      if (found > gain) [gain, best] = [found, p + 1];
    }
  }
  return best;
}
