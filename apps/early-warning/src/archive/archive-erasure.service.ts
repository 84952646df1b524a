import { Injectable } from '@nestjs/common';
import { query, sql, type Tx } from '#database';
import { Files } from '#files';

/** The archive is the student's own and a copy of what others keep: nothing of it stays but that books with these hashes were the school's. */
@Injectable()
export class ArchiveErasure {
  constructor(private readonly files: Files) {}

  async erase(tx: Tx, studentId: string): Promise<void> {
    await this.files.deleteOfStudent(tx, 'early-warning', studentId);
    await query(
      tx,
      sql`DELETE FROM early_warning.archive_entry WHERE student_id = ${studentId} AND reverses_id IS NOT NULL`,
    );
    await query(tx, sql`DELETE FROM early_warning.archive_entry WHERE student_id = ${studentId}`);
    await query(tx, sql`DELETE FROM early_warning.own_entry WHERE student_id = ${studentId}`);
    await query(tx, sql`DELETE FROM early_warning.book_choice WHERE student_id = ${studentId}`);
    await query(
      tx,
      sql`UPDATE early_warning.graduation_book SET erased = TRUE, updated_at = now(), version = version + 1 WHERE student_id = ${studentId}`,
    );
  }
}
