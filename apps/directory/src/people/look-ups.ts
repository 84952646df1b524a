import type { LookUpsPolicy } from './look-ups.policy.js';

const MINUTE_MS = 60_000;

interface Counted {
  day: string;
  /** Different ones of the day. */
  numbers: Set<string>;
  inMinute: number;
  minuteEnds: number;
  refused: boolean;
}

export interface LookUpsRefused {
  limit: keyof LookUpsPolicy;
  /** Until the minute ends. */
  seconds: number;
  /** The first refusal of this app in a minute. */
  first: boolean;
}

/**
 * Counts the numbers that each app looks up, whoever it acts for: all of them by the minute, different ones by the day. In the memory of
 * this process, so several processes allow as many times as much, and a restart begins anew: it makes trying out numbers slow and seen,
 * and is no quota. What is refused does not count.
 */
export class LookUps {
  private readonly apps = new Map<string, Counted>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Counts a request's numbers, or says why they are too many. `day` is today's date. */
  count(app: string, numbers: readonly string[], limits: LookUpsPolicy, day: string): LookUpsRefused | undefined {
    const counted = this.of(app, day);
    const added = new Set(numbers.filter((number) => !counted.numbers.has(number))).size;
    const limit =
      counted.numbers.size + added > limits.numbersPerDay
        ? 'numbersPerDay'
        : counted.inMinute + numbers.length > limits.perMinute
          ? 'perMinute'
          : undefined;
    if (limit) {
      const first = !counted.refused;
      counted.refused = true;
      return { limit, seconds: Math.ceil((counted.minuteEnds - this.now()) / 1000), first };
    }
    counted.inMinute += numbers.length;
    for (const number of numbers) counted.numbers.add(number);
    return undefined;
  }

  private of(app: string, day: string): Counted {
    let counted = this.apps.get(app);
    if (counted?.day !== day) {
      // Yesterday's apps are forgotten with their numbers.
      for (const [key, other] of this.apps) if (other.day !== day) this.apps.delete(key);
      counted = { day, numbers: new Set(), inMinute: 0, minuteEnds: 0, refused: false };
      this.apps.set(app, counted);
    }
    if (counted.minuteEnds <= this.now()) {
      Object.assign(counted, { inMinute: 0, minuteEnds: this.now() + MINUTE_MS, refused: false });
    }
    return counted;
  }
}
