import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A roster may come as one sheet. */
export class RosterSheet1764804000000 implements MigrationInterface {
  name = 'RosterSheet1764804000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE directory.import DROP CONSTRAINT import_kind_check;
      ALTER TABLE directory.import ADD CONSTRAINT import_kind_check CHECK (kind IN ('roster','roster-sheet','places'))
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
