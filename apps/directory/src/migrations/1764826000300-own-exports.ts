import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Copies of everything that the house has of a student, for that student. */
export class OwnExports1764826000300 implements MigrationInterface {
  name = 'OwnExports1764826000300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE directory.own_export (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL REFERENCES directory.person,
        job_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('making', 'ready', 'fetched', 'discarded', 'expired', 'failed')),
        requested_at timestamptz NOT NULL,
        -- until then it can be fetched, or is waited for
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        bytes int,
        -- SHA-256 of the ZIP
        sha256 text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((status IN ('making', 'ready')) = (ended_at IS NULL))
      );
      CREATE UNIQUE INDEX own_export_one_at_a_time ON directory.own_export (student_id) WHERE status IN ('making', 'ready');
      CREATE INDEX ON directory.own_export (student_id, requested_at, id);

      -- base64, sealed with the student's key; there only while it can be fetched
      CREATE TABLE directory.own_export_content (
        export_id uuid PRIMARY KEY REFERENCES directory.own_export ON DELETE CASCADE,
        student_id uuid NOT NULL,
        content bytea NOT NULL
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
