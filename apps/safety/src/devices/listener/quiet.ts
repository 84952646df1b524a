import { DateTime } from 'luxon';
import type { QuietRule } from '../gate-records.policy.js';

/**
 * Is a gate quiet for longer than is usual at this hour: as long as the rule says whose time of the day it is, counted from its last record
 * or from when the rule began, whichever is later, so that a quiet night is none in the morning.
 */
export function quietTooLong(
  rules: readonly QuietRule[],
  gate: { building: string; recordedAt: Date },
  now: Date,
  timeZone: string,
): boolean {
  const named = rules.filter(({ buildings }) => buildings?.includes(gate.building));
  const own = named.length > 0 ? named : rules.filter(({ buildings }) => !buildings?.length);
  const begun = own.map((rule) => ({ rule, from: lastAt(rule.from, now, timeZone) }));
  const [current] = begun.sort((a, b) => b.from - a.from);
  if (!current) return false;
  // With one rule there is no other time of the day from which it could begin.
  const from = own.length > 1 ? Math.max(current.from, gate.recordedAt.getTime()) : gate.recordedAt.getTime();
  return now.getTime() - from > current.rule.minutes * 60_000;
}

/** When it was `time` (HH:mm) last, in milliseconds. */
function lastAt(time: string, now: Date, timeZone: string): number {
  const [hour, minute] = time.split(':').map(Number) as [number, number];
  const here = DateTime.fromJSDate(now, { zone: timeZone });
  const today = here.set({ hour, minute, second: 0, millisecond: 0 });
  return (today <= here ? today : today.minus({ days: 1 })).toMillis();
}
