import { query, sql, type Tx } from '#database';

/** What a student was offered and said to it goes, and places that they had are free again. */
export async function eraseResources(tx: Tx, studentId: string): Promise<void> {
  const gone = await query<{ resourceId: string; taken: boolean }>(
    tx,
    sql`DELETE FROM early_warning.resource_offer WHERE student_id = ${studentId} RETURNING resource_id AS "resourceId", status = 'taken_up' AS taken`,
  );
  const freed = gone.filter(({ taken }) => taken).map(({ resourceId }) => resourceId);
  await query(tx, sql`UPDATE early_warning.resource SET taken = taken - 1 WHERE id = ANY(${freed}::uuid[])`);
  await query(tx, sql`DELETE FROM early_warning.resource_opt_out WHERE student_id = ${studentId}`);
}
