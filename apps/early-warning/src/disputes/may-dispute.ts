import { sql, type Sql } from '#database';
import type { Problem } from '#problems';
import type { DisputePolicy } from './disputes.policy.js';
import { DisputeDecided, DisputeOpen, DisputeTooLate, TooManyDisputes } from './disputes.problems.js';

const DAY_MS = 86_400_000;

/** What there is of disputes over a thing. */
export interface DisputesOver {
  /** The open one over it. */
  disputeId: string | null;
  /** One over it as it is now was rejected. */
  decided: boolean;
  /** Open ones of the student, over anything. */
  openInAll: number;
}

/** Why a thing that is there `since` an instant cannot be disputed now; undefined: it can. The one place that says so. Pure. */
export function disputeRefusal(
  { disputeId, decided, openInAll }: DisputesOver,
  since: Date,
  { submitWithinDays, openAtMost }: DisputePolicy,
  now: Date,
): Problem | undefined {
  if (disputeId !== null) return new DisputeOpen();
  if (decided) return new DisputeDecided();
  if (now.getTime() > since.getTime() + (submitWithinDays + 1) * DAY_MS) return new DisputeTooLate();
  return openInAll >= openAtMost ? new TooManyDisputes({ params: { most: openAtMost } }) : undefined;
}

/** SQL: columns of `DisputesOver`. `thing`: predicate over a dispute `d`; `since`: the instant from which the thing is as it is. */
export function disputesOver(studentId: Sql, thing: Sql, since: Sql): Sql {
  return sql`(SELECT d.id FROM early_warning.dispute d WHERE ${thing} AND d.status = 'open') AS "disputeId",
    EXISTS (SELECT FROM early_warning.dispute d WHERE ${thing} AND d.status = 'rejected' AND d.raised_at >= ${since}) AS decided,
    (SELECT count(*)::int FROM early_warning.dispute d WHERE d.student_id = ${studentId} AND d.status = 'open') AS "openInAll"`;
}

/** SQL: of a warning `w`. */
export const OVER_WARNING = disputesOver(sql`w.student_id`, sql`d.warning_id = w.id`, sql`w.raised_at`);

/** SQL: of what was observed of a student. */
export function overObservation(studentId: Sql, metric: Sql, day: Sql): Sql {
  const thing = sql`d.student_id = ${studentId} AND d.metric = ${metric} AND d.day = ${day}`;
  return disputesOver(studentId, thing, sql`'-infinity'::timestamptz`);
}
