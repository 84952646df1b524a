import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Erasures of students' personal data: asked for, cancelled, done. */
export class Erasures1764400200000 implements MigrationInterface {
  name = 'Erasures1764400200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE directory.erasure (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        ground text NOT NULL CHECK (ground IN ('purpose_ended','service_ended','consent_withdrawn','unlawful','other_law')),
        status text NOT NULL CHECK (status IN ('waiting','cancelled','done')),
        due_at timestamptz NOT NULL,
        requested_by text NOT NULL,
        cancelled_by text,
        done_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((status = 'cancelled') = (cancelled_by IS NOT NULL)),
        CHECK ((status = 'done') = (done_at IS NOT NULL))
      );
      CREATE UNIQUE INDEX erasure_once ON directory.erasure (student_id) WHERE status <> 'cancelled';
      CREATE INDEX ON directory.erasure (created_at, id);
      CREATE INDEX ON directory.erasure (due_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
