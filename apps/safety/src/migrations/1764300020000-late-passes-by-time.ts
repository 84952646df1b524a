import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Late passes are listed by when they were registered. */
export class LatePassesByTime1764300020000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ON safety.late_pass (created_at, id)');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
