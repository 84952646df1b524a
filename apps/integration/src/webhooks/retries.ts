const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

/** Pauses after each attempt that failed (Standard Webhooks 1.0.0, "Deliverability"): 75 hours in all. */
const PAUSES = [
  ...[5 * SECOND, 5 * MINUTE, 30 * MINUTE],
  ...[2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
];
/** The longest pause that a receiver may ask for. */
const LONGEST = 24 * HOUR;

/** Milliseconds until the next attempt after `attempts` failed ones, a tenth more or less, or as long as the receiver asked; undefined: there is none. */
export function pauseAfter(attempts: number, asked = 0, random = Math.random()): number | undefined {
  const pause = PAUSES[attempts - 1];
  if (pause === undefined) return undefined;
  return Math.max(pause * (0.9 + random * 0.2), Math.min(asked, LONGEST));
}

/** Milliseconds of a Retry-After (RFC 9110 §10.2.3): seconds, or a date. 0: none that can be read. */
export function retryAfter(text: string | undefined, now: Date): number {
  if (!text) return 0;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0;
}
