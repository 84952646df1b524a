export const WINDOW_SECONDS = 60;
const WINDOW_MS = WINDOW_SECONDS * 1_000;
/** Callers that are remembered in a minute. */
const MAX_KEYS = 20_000;

interface Count {
  /** By this process. */
  here: number;
  /** What of that the others know. */
  told: number;
  /** By the others, as far as is known. */
  elsewhere: number;
}

/** What was counted since the others were told last, and how to learn what they have counted. */
export interface Untold {
  /** The minute, since the epoch. */
  minute: number;
  counts: [key: string, more: number][];
  /** Nothing reached the others: tell them again. */
  again(): void;
  /** What all have counted together, in the order of `counts`. */
  heard(totals: number[]): void;
}

/**
 * Requests by key in the minute that runs, of this process and of the others. The minutes are the clock's, so that processes agree on
 * them; a new one begins from nothing. Of too many keys the oldest are forgotten.
 */
export class Counts {
  private minute = 0;
  private readonly counted = new Map<string, Count>();

  constructor(private readonly now: () => number = () => Date.now()) {}

  /** Counts one more; how many there are now, and the seconds until the minute ends (1 to 60). */
  add(key: string): { count: number; seconds: number } {
    const now = this.now();
    this.turn(Math.floor(now / WINDOW_MS));
    let count = this.counted.get(key);
    if (!count) {
      if (this.counted.size >= MAX_KEYS) this.counted.delete(this.counted.keys().next().value!);
      this.counted.set(key, (count = { here: 0, told: 0, elsewhere: 0 }));
    }
    count.here++;
    return { count: count.here + count.elsewhere, seconds: Math.ceil((WINDOW_MS - (now % WINDOW_MS)) / 1_000) };
  }

  /** Undefined when the others know everything. */
  untold(): Untold | undefined {
    const changed = [...this.counted].filter(([, count]) => count.here > count.told);
    if (changed.length === 0) return undefined;
    const told = changed.map(([, count]) => count.told);
    const counts = changed.map(([key, count]): [string, number] => [key, count.here - count.told]);
    for (const [, count] of changed) count.told = count.here;
    return {
      minute: this.minute,
      counts,
      again: () => changed.forEach(([, count], i) => (count.told = told[i]!)),
      heard: (totals) =>
        changed.forEach(([, count], i) => (count.elsewhere = Math.max(0, totals[i]! - told[i]! - counts[i]![1]))),
    };
  }

  private turn(minute: number): void {
    if (minute === this.minute) return;
    this.minute = minute;
    this.counted.clear();
  }
}
