import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Appointment files may be compared only. */
export class ImportDryRun1763750120000 implements MigrationInterface {
  name = 'ImportDryRun1763750120000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE staffing.appointment_import ADD dry_run boolean NOT NULL DEFAULT FALSE`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE staffing.appointment_import DROP COLUMN dry_run`);
  }
}
