import { query, sql, type Tx } from '#database';

/** 学号 by lane. */
export async function studentNumbers(tx: Tx, lanes: readonly number[]): Promise<Map<number, string>> {
  const rows = await query<{ ordinal: number; number: string }>(
    tx,
    sql`SELECT o.ordinal, s.number FROM early_warning.student_ordinal o JOIN directory.published_student_v1 s ON s.id = o.student_id
         WHERE o.ordinal = ANY(${lanes}::int[])`,
  );
  return new Map(rows.map((row) => [row.ordinal, row.number]));
}
