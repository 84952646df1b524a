import { query, sql, type Tx } from '#database';

/** Results of a student go. */
export async function eraseResults(tx: Tx, studentId: string): Promise<void> {
  await query(tx, sql`DELETE FROM integration.gradebook_result WHERE student_id = ${studentId}`);
}
