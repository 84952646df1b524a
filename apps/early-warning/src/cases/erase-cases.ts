import { query, sql, type Tx } from '#database';

/** That somebody was cared for is itself about them: their cases go with all that was recorded, and with what they sent. */
export async function eraseCases(tx: Tx, studentId: string): Promise<void> {
  await query(tx, sql`DELETE FROM early_warning.care_case WHERE student_id = ${studentId}`);
}
