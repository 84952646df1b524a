import type { GateReturnRule } from './leave.policy.js';

/** A pass as far as a leave is concerned: out through any gate, or in at the building the student lived in that day. */
export interface LeavePass {
  at: Date;
  direction: 'in' | 'out';
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * When the student came back from a leave, by the passes known so far: the earliest `in` at their own building, at or after
 * the leave's start, that ends an absence. An absence begins with the first `out` (through any gate) after the last `in` at
 * home, looking back `outLookbackHours` before the start; it counts when at least `minAwayMinutes` of it lie within the
 * leave. An `in` without such an `out` (a gate that was passed unseen) counts from `assumeAwayAfterHours` after the start.
 * The order in which the passes arrive makes no difference; at one instant `out` comes before `in`.
 */
export function gateReturn(startsAt: Date, passes: readonly LeavePass[], rule: GateReturnRule): Date | undefined {
  const start = startsAt.getTime();
  const inOrder = passes
    .filter((pass) => pass.at.getTime() > start - rule.outLookbackHours * HOUR)
    .sort((a, b) => a.at.getTime() - b.at.getTime() || b.direction.localeCompare(a.direction));
  let leftAt: number | undefined;
  for (const pass of inOrder) {
    const at = pass.at.getTime();
    if (pass.direction === 'out') {
      leftAt ??= at;
    } else {
      const wasAway =
        leftAt === undefined
          ? at >= start + rule.assumeAwayAfterHours * HOUR
          : at - Math.max(leftAt, start) >= rule.minAwayMinutes * MINUTE;
      if (at >= start && wasAway) return pass.at;
      leftAt = undefined;
    }
  }
  return undefined;
}
