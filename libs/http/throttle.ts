const FAILURES = 10;
const WINDOW_MS = 60_000;
const MAX_KEYS = 10_000;

/**
 * Failed client authentications by client and address: the eleventh within a minute is refused unseen. Keyed by both, so that
 * nobody can lock out another's client. Per process: it protects against load; 256-bit secrets cannot be guessed anyway.
 */
export class Throttle {
  private readonly failures = new Map<string, { count: number; until: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Seconds to wait; 0 when the next attempt is welcome. */
  waitFor(key: string): number {
    const failed = this.failures.get(key);
    if (!failed || failed.count < FAILURES) return 0;
    return Math.max(0, Math.ceil((failed.until - this.now()) / 1000));
  }

  fail(key: string): void {
    const failed = this.failures.get(key);
    if (failed && failed.until > this.now()) {
      failed.count++;
      return;
    }
    this.failures.delete(key);
    if (this.failures.size >= MAX_KEYS) this.forgetOldest();
    this.failures.set(key, { count: 1, until: this.now() + WINDOW_MS });
  }

  private forgetOldest(): void {
    const [oldest] = this.failures.keys();
    if (oldest !== undefined) this.failures.delete(oldest);
  }
}
