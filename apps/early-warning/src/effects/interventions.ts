import { query, sql, type Sql, type Tx } from '#database';
import type { EffectDefinition, InterventionKind } from './effect.entity.js';

/** A student's first intervention of a kind, on a day. */
export interface Intervention {
  ordinal: number;
  /** YYYY-MM-DD. */
  day: string;
}

/** All of a kind, `student_id` and `day`. */
function given(kind: InterventionKind, resourceKind: string | null, timeZone: string): Sql {
  if (kind === 'measure')
    return sql`SELECT student_id, (settled_at AT TIME ZONE ${timeZone})::date AS day FROM early_warning.care_measure WHERE status = 'done'`;
  if (kind === 'care_case')
    return sql`SELECT student_id, (opened_at AT TIME ZONE ${timeZone})::date AS day FROM early_warning.care_case`;
  if (kind === 'resource')
    return sql`SELECT o.student_id, (o.answered_at AT TIME ZONE ${timeZone})::date AS day
        FROM early_warning.resource_offer o JOIN early_warning.resource r ON r.id = o.resource_id
       WHERE o.status = 'taken_up' AND NOT r.discreet AND (${resourceKind}::text IS NULL OR r.kind = ${resourceKind})`;
  return sql`SELECT student_id, happened_on AS day FROM early_warning.care_entry
      WHERE kind = ${kind} AND voided_at IS NULL AND reached IS DISTINCT FROM FALSE AND confidentiality <> 'psychologist'`;
}

/**
 * The first intervention of each student since `weeks` before the time, where it lies in the time; and all who had one from `weeks` before
 * to `weeks` after it, who are nobody to compare with.
 */
export async function interventionsOf(
  tx: Tx,
  { intervention, resourceKind, from, to, weeks }: EffectDefinition,
  timeZone: string,
): Promise<{ first: Intervention[]; had: Set<number> }> {
  const days = 7 * weeks;
  const rows = await query<{ ordinal: number; day: string; inTime: boolean }>(
    tx,
    sql`SELECT o.ordinal, min(g.day)::text AS day, min(g.day) BETWEEN ${from}::date AND ${to}::date AS "inTime"
          FROM (${given(intervention, resourceKind, timeZone)}) g JOIN early_warning.student_ordinal o ON o.student_id = g.student_id
         WHERE g.day BETWEEN ${from}::date - ${days}::int AND ${to}::date + ${days}::int GROUP BY o.ordinal ORDER BY o.ordinal`,
  );
  return {
    first: rows.filter(({ inTime }) => inTime).map(({ ordinal, day }) => ({ ordinal, day })),
    had: new Set(rows.map(({ ordinal }) => ordinal)),
  };
}
