import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A file with errors is kept for a while, so that its sender gets it back with them. */
export class KeptImports1763760410000 implements MigrationInterface {
  name = 'KeptImports1763760410000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE staffing.appointment_import ADD finished_at timestamptz;
      UPDATE staffing.appointment_import SET finished_at = updated_at WHERE content IS NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
