import { gateReturn, type LeavePass } from '../leave/gate-return.js';
import type { GateReturnRule } from '../leave/leave.policy.js';

/**
 * The pass by which a student came back from a holiday: the first return, as of a leave, that they did not leave again before `dayOfReturn`
 * began, the day on which they mean to be back. Undefined: none is known.
 */
export function holidayReturn<P extends LeavePass>(
  leavesAt: Date,
  dayOfReturn: Date,
  passes: readonly P[],
  rule: GateReturnRule,
): P | undefined {
  const lastOut = Math.max(
    ...passes.filter(({ at, direction }) => direction === 'out' && at < dayOfReturn).map(({ at }) => at.getTime()),
  );
  const since = passes.filter(({ at }) => at.getTime() >= lastOut);
  const at = gateReturn(leavesAt, since, rule);
  return at && since.find((pass) => pass.direction === 'in' && pass.at.getTime() === at.getTime());
}
