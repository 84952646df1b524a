import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs can be cancelled by whoever asked for them. */
export class JobsCancelled1764870000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE platform.job DROP CONSTRAINT job_status_check,
        ADD CONSTRAINT job_status_check CHECK (status IN ('queued','running','cancelling','succeeded','failed','cancelled'));
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
