import { Injectable } from '@nestjs/common';
import { StudentErasedV1 } from '#contracts';
import { query, sql, type Tx } from '#database';
import { OnEvent, type Received } from '#events';

/** Deletes what safety knows of a student who was erased: passes, nights, late passes, absences. */
@Injectable()
export class ErasureHandlers {
  @OnEvent(StudentErasedV1)
  async whenStudentErased(tx: Tx, { data: { studentId } }: Received<StudentErasedV1>): Promise<void> {
    const findings = sql`(SELECT id FROM safety.night_finding WHERE student_id = ${studentId})`;
    await query(tx, sql`DELETE FROM safety.night_finding_history WHERE finding_id IN ${findings}`);
    for (const table of [sql`night_finding`, sql`late_pass`, sql`excused_absence`])
      await query(tx, sql`DELETE FROM safety.${table} WHERE student_id = ${studentId}`);
    // A record that its device has since corrected into one of theirs goes with it.
    await query(
      tx,
      sql`WITH RECURSIVE theirs AS (
            SELECT id FROM safety.pass WHERE student_id = ${studentId}
            UNION SELECT p.id FROM safety.pass p JOIN theirs t ON p.replaced_by = t.id)
          DELETE FROM safety.pass WHERE id IN (SELECT id FROM theirs)`,
    );
  }
}
