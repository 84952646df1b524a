import { query, sql, type Tx } from '#database';
import { dayOf } from '#rule-language';
import { lockVectors, nextHwm } from './folding.js';
import { NOT_ERASED } from './ordinals.js';

export interface LeaveDays {
  leaveId: string;
  studentId: string;
  revision: number;
  /** YYYY-MM-DD, the first and the last day that the leave touches; null: it no longer counts. */
  first: string | null;
  last: string | null;
}

/** Sets the days of leaves, each named once. An older revision than the one known changes nothing. */
export async function setLeaves(tx: Tx, leaves: readonly LeaveDays[]): Promise<void> {
  await lockVectors(tx);
  await query(
    tx,
    sql`INSERT INTO early_warning.leave_mask AS l (leave_id, student_id, first_day, last_day, revision, hwm)
        SELECT s."leaveId", s.id, s.first, s.last, s.revision, ${await nextHwm(tx)}::bigint
          FROM jsonb_to_recordset(${JSON.stringify(leaves.map(({ studentId: id, ...leave }) => ({ ...leave, id })))}::jsonb)
            AS s("leaveId" uuid, id uuid, first date, last date, revision int) WHERE ${NOT_ERASED}
        ON CONFLICT (leave_id) DO UPDATE SET first_day = excluded.first_day, last_day = excluded.last_day, revision = excluded.revision,
               hwm = excluded.hwm WHERE excluded.revision >= l.revision`,
  );
}

/** Days on leave by lane, of leaves that reach into the days from `from` on. */
export async function leavesSince(tx: Tx, from: string): Promise<Map<number, [number, number][]>> {
  const rows = await query<{ ordinal: number; first: string; last: string }>(
    tx,
    sql`SELECT o.ordinal, l.first_day::text AS first, l.last_day::text AS last
          FROM early_warning.leave_mask l JOIN early_warning.student_ordinal o USING (student_id) WHERE l.last_day >= ${from}`,
  );
  const byLane = new Map<number, [number, number][]>();
  for (const row of rows) {
    const days: [number, number] = [dayOf(row.first), dayOf(row.last)];
    byLane.set(row.ordinal, [...(byLane.get(row.ordinal) ?? []), days]);
  }
  return byLane;
}
