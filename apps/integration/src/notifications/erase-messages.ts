import { query, sql, type Tx } from '#database';

/** What was told to a student, or of them, goes; of a message of several students what is about this one. */
export async function eraseMessages(tx: Tx, studentId: string): Promise<void> {
  const about = JSON.stringify([{ studentId }]);
  await query(
    tx,
    sql`DELETE FROM integration.message m
         WHERE m.person_id = ${studentId} OR m.student_id = ${studentId}
            OR (m.subjects @> ${about}::jsonb AND m.subjects <@ ${about}::jsonb)`,
  );
  await query(
    tx,
    sql`UPDATE integration.message m SET updated_at = now(), version = m.version + 1, subjects = coalesce(
          (SELECT jsonb_agg(s) FROM jsonb_array_elements(m.subjects) s WHERE s ->> 'studentId' IS DISTINCT FROM ${studentId}::text), '[]')
         WHERE m.subjects @> ${about}::jsonb`,
  );
  await query(tx, sql`DELETE FROM integration.unreached WHERE student_id = ${studentId}`);
  for (const table of [
    sql`channel_identity`,
    sql`email_code`,
    sql`notification_preference`,
    sql`channel_use`,
    sql`unreachable`,
  ])
    await query(tx, sql`DELETE FROM integration.${table} WHERE person_id = ${studentId}`);
}
