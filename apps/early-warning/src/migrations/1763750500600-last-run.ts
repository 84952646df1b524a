import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The run that finished last is asked for by every run. */
export class LastRun1763750500600 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ON early_warning.run (finished_at DESC) WHERE finished_at IS NOT NULL');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
