import { CANNOT_SAY } from '../kernel/evaluation.js';

/** A day of a trial; counts of students. */
export interface TrialDay {
  day: string;
  /** By rank: index 1–4 = blue … red. */
  levels: number[];
  /** Held on this day, not on the day before. */
  fresh: number;
  noData: number;
}

/** A student for whom the rule began to hold on a day. */
export interface Onset {
  lane: number;
  day: string;
  rank: number;
}

/** What one rule comes to over a range of days, gathered day by day; days ascending. */
export class Trial {
  readonly days: TrialDay[] = [];
  /** Students who were judged on some day. */
  students = 0;
  /** Highest rank by lane; 0 = it never held. */
  reached = new Uint8Array(0);
  private seen = new Uint8Array(0);
  private held = new Uint8Array(0);
  private readonly onsets: Onset[][] = [[], [], [], [], []];

  /** `keep`: onsets that are remembered for each level, the newest. */
  constructor(private readonly keep = 0) {}

  /** Students for whom it held on some day. */
  get fired(): number {
    return this.reached.reduce((n, rank) => n + (rank > 0 ? 1 : 0), 0);
  }

  /** The day before the first: who held then does not begin on the first. */
  precede(population: readonly number[], levels: Uint8Array): void {
    this.held = new Uint8Array(levels.length);
    for (const lane of population) this.held[lane] = heldAt(levels[lane]!);
  }

  add(day: string, population: readonly number[], levels: Uint8Array): void {
    this.makeRoom(levels.length);
    const counts = [0, 0, 0, 0, 0];
    const held = new Uint8Array(levels.length);
    let noData = 0;
    let fresh = 0;
    for (const lane of population) {
      const rank = levels[lane]!;
      if (!this.seen[lane]) this.students++;
      this.seen[lane] = 1;
      if (rank === CANNOT_SAY) noData++;
      if (rank === 0 || rank === CANNOT_SAY) continue;
      counts[rank]!++;
      held[lane] = 1;
      if (rank > this.reached[lane]!) this.reached[lane] = rank;
      if (this.held[lane]) continue;
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

function heldAt(rank: number): number {
  return rank === 0 || rank === CANNOT_SAY ? 0 : 1;
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
