import type { Actor } from '#auth';
import { query, sql, type Sql, type Tx } from '#database';
import { inScope } from '#roster';
import { ruleOfWarning, visibleTo } from '../warnings/visibility.js';
import type { Dispute } from './dispute.entity.js';

/** Predicate over a dispute `d`: the student's own, or of a student in the charge of who decides, over what that person may see. */
export function disputeVisible(actor: Actor, date: string): Sql {
  const { personId } = actor.scopeOf('early-warning:dispute:raise');
  return sql`(d.student_id = ${personId ?? null}::uuid OR ${disputeDecided(actor, date)})`;
}

/** Predicate over a dispute `d`: is it among those that the actor decides? */
export function disputeDecided(actor: Actor, date: string): Sql {
  const mayDecide = 'early-warning:dispute:decide';
  const rule = visibleTo(actor, mayDecide, ruleOfWarning, sql`w.student_id`, date);
  return sql`(${inScope(actor.scopeOf(mayDecide), sql`d.student_id`, date)} AND (d.warning_id IS NULL OR EXISTS (
    SELECT FROM early_warning.warning w WHERE w.id = d.warning_id AND ${rule})))`;
}

/** Predicate over a warning `w`: does what it was raised on include the metric on the day? */
export function restsOn(metric: Sql, day: Sql): Sql {
  return sql`EXISTS (SELECT FROM jsonb_each(w.evidence -> 'features') f
    WHERE f.value ->> 'metric' = ${metric}
      AND ${day} BETWEEN (f.value -> 'window' ->> 'from')::date AND (f.value -> 'window' ->> 'to')::date)`;
}

/**
 * Who delivered the records that a dispute is about, and who has said something of the warning: ids of people and apps. None of them decides.
 * Nor does whoever triaged a warning that rests on the disputed record.
 */
export async function involvedIn(tx: Tx, { studentId, warningId, metric, day }: Dispute): Promise<string[]> {
  const rows = await query<{ by: string }>(
    tx,
    sql`SELECT DISTINCT h.entry ->> 'by' AS by FROM early_warning.warning w, jsonb_array_elements(w.history) AS h(entry)
         WHERE w.student_id = ${studentId} AND h.entry ->> 'by' <> 'engine'
           AND (w.id = ${warningId}::uuid OR ${warningId}::uuid IS NULL AND ${restsOn(sql`${metric}::text`, sql`${day}::date`)})
         UNION
        SELECT b.delivered_by FROM early_warning.student_ordinal o
          JOIN early_warning.metric m ON m.code = ${metric}::text
          JOIN (SELECT metric, day, ordinal, batch_seq FROM early_warning.observation
                UNION ALL SELECT metric, day, ordinal, batch_seq FROM early_warning.keyed_observation
                UNION ALL SELECT metric, day, ordinal, corrected_seq FROM early_warning.keyed_observation) r
            ON r.metric = m.number AND r.day = ${day}::date AND r.ordinal = o.ordinal
          JOIN early_warning.ingest_batch b ON b.seq = r.batch_seq
         WHERE o.student_id = ${studentId} AND b.delivered_by IS NOT NULL`,
  );
  return rows.map(({ by }) => by).sort();
}
