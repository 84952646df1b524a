import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addStudentsToFiles } from '#files';

/**
 * Texts of a leave are sealed with the student's key. SQL has no key: what is there stays readable as bytes of UTF-8, which no sealed value
 * begins like, until `LeaveHandlers.sealTexts` has come to it.
 */
export class SealedTexts1764400100000 implements MigrationInterface {
  name = 'SealedTexts1764400100000';

  async up(runner: QueryRunner): Promise<void> {
    const columns = ['reason', 'destination', 'contact', 'extension_reason'];
    const bytes = columns.map((name) => `ALTER ${name} TYPE bytea USING convert_to(${name}, 'UTF8')`);
    await runner.query(`
      ALTER TABLE affairs.leave ${bytes.join(', ')};
      -- what is still to be sealed; empty soon
      CREATE INDEX leave_plain ON affairs.leave (id) WHERE ${columns.map((name) => `substring(${name} FROM 1 FOR 1) <> '\\xff'::bytea`).join(' OR ')};
    `);
    await addStudentsToFiles(runner, 'affairs');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
