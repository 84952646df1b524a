import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs (202) and their error files. */
export class Jobs1763740300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.job (
        id uuid PRIMARY KEY,
        service text NOT NULL,
        kind text NOT NULL,
        status text NOT NULL CHECK (status IN ('queued','running','succeeded','failed')),
        done int NOT NULL,
        total int NOT NULL,
        failed int NOT NULL,
        result jsonb,
        created_by_app text NOT NULL,
        created_by_person uuid,
        finished_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE TABLE platform.job_error (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        job_id uuid NOT NULL REFERENCES platform.job,
        file text,
        line int,
        column_name text,
        zh text NOT NULL,
        en text NOT NULL
      );
      CREATE INDEX ON platform.job_error (job_id, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
