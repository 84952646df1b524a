import { queryOne, sql, type Sql, type Tx } from '#database';

/**
 * SQL: what was folded of a student's observations, as `o` (their ordinal), `v` (the vector of a metric and day) and `x.value` (in the metric's
 * smallest unit; null or negative: nothing was observed). Of a vector only the student's bytes are read.
 */
export const OWN_VALUES: Sql = sql`early_warning.student_ordinal o
  JOIN early_warning.day_vector v ON v.block = o.ordinal >> 16 AND o.ordinal >= v.first
  CROSS JOIN LATERAL (SELECT substring(v.v FROM (o.ordinal - v.first) * v.width + 1 FOR v.width) AS b) s
  CROSS JOIN LATERAL (SELECT CASE
      WHEN length(s.b) < v.width THEN NULL
      WHEN v.width = 2 THEN nullif(get_byte(s.b, 0) + (get_byte(s.b, 1) << 8), 65535)
      ELSE get_byte(s.b, 0) + (get_byte(s.b, 1) << 8) + (get_byte(s.b, 2) << 16) + (get_byte(s.b, 3) << 24) END AS value) x`;

/** What was observed of a student on a day, in the metric's smallest unit; null: nothing. */
export async function ownValue(tx: Tx, studentId: string, metric: number, day: string): Promise<number | null> {
  const row = await queryOne<{ value: number }>(
    tx,
    sql`SELECT x.value FROM ${OWN_VALUES} WHERE o.student_id = ${studentId} AND v.metric = ${metric} AND v.day = ${day} AND x.value >= 0`,
  );
  return row?.value ?? null;
}
