import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sample rows. */
export class SampleRows0 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE home_service.sample_row (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        description text NOT NULL,
        registered_by text NOT NULL,
        closed_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON home_service.sample_row (student_id);
      CREATE INDEX ON home_service.sample_row (created_at, id);
      CREATE INDEX ON home_service.sample_row (updated_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
