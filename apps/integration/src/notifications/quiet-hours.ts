import { addDays, dateOf, instantOf } from '#time';

/** A time of the day in which nobody is disturbed; over midnight where it ends before it begins. */
export interface QuietHours {
  /** `HH:mm`, inclusive. */
  from: string;
  /** `HH:mm`, exclusive; the same as `from`: none. */
  to: string;
}

/** The first instant from `at` on that is not within the quiet hours. */
export function afterQuiet(at: Date, { from, to }: QuietHours, timeZone: string): Date {
  if (from === to) return at;
  const date = dateOf(at, timeZone);
  // It may have begun the evening before.
  for (const day of [addDays(date, -1), date]) {
    const begins = instantOf(day, from, timeZone);
    const ends = instantOf(from < to ? day : addDays(day, 1), to, timeZone);
    if (at >= begins && at < ends) return ends;
  }
  return at;
}

const MINUTE_MS = 60_000;
const HALF_HOUR = 30;

/** Off the full and the half hour, when everybody else sends (企业微信's advice): one to six minutes later where it would be. */
export function offTheHour(at: Date, random = Math.random()): Date {
  const minutes = Math.floor(at.getTime() / MINUTE_MS) % HALF_HOUR;
  return minutes === 0 ? new Date(at.getTime() + MINUTE_MS + Math.floor(random * 5 * MINUTE_MS)) : at;
}

/** When a message may disturb its person: now, unless it is quiet, for the person or else at the school. */
export function quietUntil(
  message: { urgent: boolean; quietFrom: string | null; quietTo: string | null },
  policy: { urgentAtAnyHour: boolean; quietFrom: string; quietTo: string },
  now: Date,
  timeZone: string,
): Date {
  if (message.urgent && policy.urgentAtAnyHour) return now;
  const quiet = { from: message.quietFrom ?? policy.quietFrom, to: message.quietTo ?? policy.quietTo };
  const until = afterQuiet(now, quiet, timeZone);
  return until > now ? offTheHour(until) : now;
}
