import { query, sql, type Tx } from '#database';

/** What a student disputed is about them and nobody else. */
export async function eraseDisputes(tx: Tx, studentId: string): Promise<void> {
  await query(tx, sql`DELETE FROM early_warning.dispute WHERE student_id = ${studentId}`);
}
