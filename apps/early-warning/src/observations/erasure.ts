import { query, queryOne, sql, type Tx } from '#database';
import { clearOrdinal, foldDirty } from '../engine/folding.js';
import { forgetOrdinals, holdIngest } from './ledger.js';

/**
 * Deletes a student's observations, warnings and leaves and takes their ordinal out of every vector. The ordinal stays empty for good:
 * nobody else gets it, and the student none again. Of the student a digest of the id stays, which says nothing without the id.
 * Holds up the taking of batches and runs until the transaction ends; it reads through all observations that are kept.
 */
export async function eraseStudent(tx: Tx, studentId: string): Promise<void> {
  await holdIngest(tx);
  // What waits to be folded knows ordinals only.
  await foldDirty(tx);
  await query(
    tx,
    sql`INSERT INTO early_warning.erased_student (digest) VALUES (sha256(${studentId}::uuid::text::bytea)) ON CONFLICT DO NOTHING`,
  );
  const ordinal = await queryOne<{ ordinal: number }>(
    tx,
    sql`UPDATE early_warning.student_ordinal SET student_id = NULL WHERE student_id = ${studentId} RETURNING ordinal`,
  );
  await forgetOrdinals(tx);
  await query(tx, sql`DELETE FROM early_warning.warning WHERE student_id = ${studentId}`);
  await query(tx, sql`DELETE FROM early_warning.leave_mask WHERE student_id = ${studentId}`);
  if (!ordinal) return;
  await query(tx, sql`DELETE FROM early_warning.observation WHERE ordinal = ${ordinal.ordinal}`);
  await query(tx, sql`DELETE FROM early_warning.keyed_observation WHERE ordinal = ${ordinal.ordinal}`);
  await query(tx, sql`DELETE FROM early_warning.corrected_day WHERE ordinal = ${ordinal.ordinal}`);
  await clearOrdinal(tx, ordinal.ordinal);
}
