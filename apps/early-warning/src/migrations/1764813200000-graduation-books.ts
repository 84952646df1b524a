import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Graduation books, what students choose for theirs, and whose wait to be made. */
export class GraduationBooks1764813200000 implements MigrationInterface {
  name = 'GraduationBooks1764813200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE early_warning.book_choice (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL CONSTRAINT book_choice_once UNIQUE,
        sections text[] NOT NULL,
        thanks bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );

      CREATE TABLE early_warning.graduation_book (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        job_id uuid,
        number text NOT NULL CONSTRAINT graduation_book_number UNIQUE,
        -- keyed hash of the verification code, which stands in the file alone
        code_hash text NOT NULL CONSTRAINT graduation_book_code UNIQUE,
        sha256 text NOT NULL,
        issued_on date NOT NULL,
        entries int NOT NULL,
        made_by_person uuid,
        made_by_app text NOT NULL,
        revoked_at timestamptz,
        -- what it said is gone: the student was erased
        erased boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON early_warning.graduation_book (student_id);
      CREATE INDEX ON early_warning.graduation_book (job_id) WHERE job_id IS NOT NULL;
      CREATE INDEX ON early_warning.graduation_book (created_at, id);
      CREATE INDEX ON early_warning.graduation_book (updated_at, id);

      -- the last number of a year
      CREATE TABLE early_warning.book_number (
        year int PRIMARY KEY,
        last int NOT NULL
      );

      -- whose books a job has still to make, in the order it makes them
      CREATE TABLE early_warning.book_waiting (
        job_id uuid NOT NULL,
        line int NOT NULL,
        student_id uuid NOT NULL,
        PRIMARY KEY (job_id, line)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
