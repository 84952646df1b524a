import { Injectable } from '@nestjs/common';
import { type Actor, audit, requireSchool } from '#auth';
import { Database, query, queryOne, sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { clearLane, foldDirty } from '../engine/folding.js';
import { forgetLanes, holdIngest } from './ledger.js';

/** Erases what the engine knows of a student (个人信息保护法 §47). */
@Injectable()
export class Erasure {
  constructor(private readonly database: Database) {}

  /** Leaves an audit entry; a student whose data was erased before is no error. */
  erase(actor: Actor, studentId: string): Promise<void> {
    requireSchool(actor, 'early-warning:student:erase');
    return this.database.transaction(actor, async (tx) => {
      if (!(await isKnown(tx, studentId))) throw new NotFound({ what: 'student' });
      await audit(tx, actor, {
        action: 'early-warning.student.erase',
        subject: { kind: 'student', id: studentId },
      });
      await eraseStudent(tx, studentId);
    });
  }
}

async function isKnown(tx: Tx, studentId: string): Promise<boolean> {
  const row = await queryOne<{ known: boolean }>(
    tx,
    sql`SELECT EXISTS (SELECT 1 FROM early_warning.student_ordinal WHERE student_id = ${studentId})
            OR EXISTS (SELECT 1 FROM directory.published_student_v1 WHERE id = ${studentId}) AS known`,
  );
  return row!.known;
}

/**
 * Deletes a student's observations, warnings and leaves and takes their lane out of every vector. The lane stays empty for good:
 * nobody else gets it, and the student none again. Of the student a digest of the id stays, which says nothing without the id.
 * Holds up the taking of batches and runs until the transaction ends; it reads through all observations that are kept.
 */
export async function eraseStudent(tx: Tx, studentId: string): Promise<void> {
  await holdIngest(tx);
  // What waits to be folded knows lanes only.
  await foldDirty(tx);
  await query(
    tx,
    sql`INSERT INTO early_warning.erased_student (digest) VALUES (sha256(${studentId}::uuid::text::bytea)) ON CONFLICT DO NOTHING`,
  );
  const lane = await queryOne<{ ordinal: number }>(
    tx,
    sql`UPDATE early_warning.student_ordinal SET student_id = NULL WHERE student_id = ${studentId} RETURNING ordinal`,
  );
  await forgetLanes(tx);
  await query(tx, sql`DELETE FROM early_warning.warning WHERE student_id = ${studentId}`);
  await query(tx, sql`DELETE FROM early_warning.leave_mask WHERE student_id = ${studentId}`);
  if (!lane) return;
  await query(tx, sql`DELETE FROM early_warning.observation WHERE ordinal = ${lane.ordinal}`);
  await query(tx, sql`DELETE FROM early_warning.keyed_observation WHERE ordinal = ${lane.ordinal}`);
  await query(tx, sql`DELETE FROM early_warning.corrected_day WHERE ordinal = ${lane.ordinal}`);
  await clearLane(tx, lane.ordinal);
}
