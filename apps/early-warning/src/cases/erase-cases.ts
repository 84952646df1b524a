import { query, sql, type Tx } from '#database';

/** That somebody was cared for is itself about them: their cases go with all that was recorded, and with what was told of them; what they told of others loses its sender. */
export async function eraseCases(tx: Tx, studentId: string): Promise<void> {
  await query(tx, sql`DELETE FROM early_warning.referral WHERE student_id = ${studentId}`);
  await query(
    tx,
    sql`UPDATE early_warning.referral SET raised_by = NULL, version = version + 1 WHERE raised_by = ${studentId}`,
  );
  await query(tx, sql`DELETE FROM early_warning.care_case WHERE student_id = ${studentId}`);
}
