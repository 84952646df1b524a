import { CANNOT_SAY } from '#rule-language';
import { CLEARED } from '../engine/engine.js';

/** A day of a trial; counts of students. */
export interface TrialDay {
  day: string;
  /** By rank: index 1–4 = blue … red. */
  levels: number[];
  /** Began to hold on this day. */
  fresh: number;
  noData: number;
}

/** A student for whom the rule began to hold on a day. */
export interface Onset {
  lane: number;
  day: string;
  rank: number;
}

/**
 * What one rule comes to over a range of days, gathered day by day; days ascending. As with warnings, a rule with `clearWhen` goes on
 * holding where it did until that is true, and a day about which nothing can be said changes nothing.
 */
export class Trial {
  readonly days: TrialDay[] = [];
  /** Students whom the rule was about on some day. */
  students = 0;
  /** Highest rank by lane; 0 = it never held. */
  reached = new Uint8Array(0);
  private seen = new Uint8Array(0);
  /** Rank by lane at which it went on holding after the day before; 0 = it did not. */
  private held = new Uint8Array(0);
  private readonly onsets: Onset[][] = [[], [], [], [], []];

  /** `keep`: onsets that are remembered for each level, the newest. */
  constructor(private readonly keep = 0) {}

  /** Students for whom it held on some day. */
  get fired(): number {
    return this.reached.reduce((n, rank) => n + (rank > 0 ? 1 : 0), 0);
  }

  /** The day before the first: where it held then it does not begin on the first. */
  precede(lanes: readonly number[], levels: Uint8Array): void {
    this.held = new Uint8Array(levels.length);
    for (const lane of lanes) this.held[lane] = levels[lane] === CANNOT_SAY ? 0 : levels[lane]!;
  }

  /** `lanes`: of those the rule is about. `clears`: of a rule with `clearWhen`. */
  add(day: string, lanes: readonly number[], levels: Uint8Array, clears?: Uint8Array): void {
    this.makeRoom(levels.length);
    const counts = [0, 0, 0, 0, 0];
    const held = new Uint8Array(levels.length);
    let noData = 0;
    let fresh = 0;
    for (const lane of lanes) {
      const level = levels[lane]!;
      const before = this.held[lane]!;
      if (!this.seen[lane]) this.students++;
      this.seen[lane] = 1;
      if (level === CANNOT_SAY) {
        noData++;
        held[lane] = before;
        continue;
      }
      const rank = level === 0 && clears && clears[lane] !== CLEARED ? before : level;
      if (rank === 0) continue;
      counts[rank]!++;
      held[lane] = rank;
      if (rank > this.reached[lane]!) this.reached[lane] = rank;
      if (before > 0) continue;
      fresh++;
      this.remember({ lane, day, rank });
    }
    this.held = held;
    this.days.push({ day, levels: counts, fresh, noData });
  }

  /** Lanes never become fewer, and stay the same within a snapshot of the data. */
  private makeRoom(lanes: number): void {
    if (this.seen.length >= lanes) return;
    this.seen = new Uint8Array(lanes);
    this.reached = new Uint8Array(lanes);
    if (this.held.length < lanes) this.held = new Uint8Array(lanes);
  }

  /** Up to `n` onsets, the newest of every level in turn, highest level first. */
  sample(n: number): Onset[] {
    const left = this.onsets.map((list) => [...list]);
    const picked: Onset[] = [];
    while (picked.length < n && left.some((list) => list.length > 0)) {
      for (const list of left.toReversed()) {
        const newest = list.pop();
        if (newest && picked.length < n) picked.push(newest);
      }
    }
    return picked;
  }

  private remember(onset: Onset): void {
    if (this.keep === 0) return;
    const list = this.onsets[onset.rank]!;
    list.push(onset);
    if (list.length > this.keep) list.shift();
  }
}

export interface Overlap {
  both: number;
  either: number;
  /** both / either; null when neither holds for anybody. */
  jaccard: number | null;
}

/** Students of both rules and of either, from the highest ranks by lane. */
export function overlapOf(a: Uint8Array, b: Uint8Array): Overlap {
  let both = 0;
  let either = 0;
  for (let lane = 0; lane < a.length; lane++) {
    if (a[lane]! > 0 && b[lane]! > 0) both++;
    if (a[lane]! > 0 || b[lane]! > 0) either++;
  }
  return { both, either, jaccard: either === 0 ? null : both / either };
}

export interface Difference {
  onlyBefore: number;
  onlyAfter: number;
  both: number;
  /** Of those in both: whose highest level differs. */
  levelChanged: number;
}

export function differenceOf(before: Uint8Array, after: Uint8Array): Difference {
  const difference = { onlyBefore: 0, onlyAfter: 0, both: 0, levelChanged: 0 };
  for (let lane = 0; lane < after.length; lane++) {
    const [was, is] = [before[lane]!, after[lane]!];
    if (was > 0 && is > 0) difference.both++;
    else if (was > 0) difference.onlyBefore++;
    else if (is > 0) difference.onlyAfter++;
    if (was > 0 && is > 0 && was !== is) difference.levelChanged++;
  }
  return difference;
}
