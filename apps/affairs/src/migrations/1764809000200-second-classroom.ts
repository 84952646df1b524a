import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What students claim of the second classroom. */
export class SecondClassroom1764809000200 implements MigrationInterface {
  name = 'SecondClassroom1764809000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.second_classroom_claim (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        kind text NOT NULL,
        title bytea NOT NULL,
        note bytea,
        credits numeric(8,2) NOT NULL CHECK (credits >= 0),
        happened_on date NOT NULL,
        -- entries of the same work count once
        work_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('submitted','returned','notice','confirmed','refused','withdrawn','revoked')),
        reviewed_by uuid,
        notice_until timestamptz CHECK (notice_until IS NOT NULL OR status NOT IN ('notice','confirmed','revoked')),
        provisional boolean NOT NULL,
        department_id uuid,
        confirmed_by uuid,
        confirmed_at timestamptz,
        answer bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT claim_two_people CHECK (reviewed_by <> confirmed_by)
      );
      CREATE INDEX ON affairs.second_classroom_claim (student_id, created_at);
      CREATE INDEX ON affairs.second_classroom_claim (notice_until, id) WHERE status = 'notice';
      CREATE INDEX ON affairs.second_classroom_claim (created_at, id);
      CREATE INDEX ON affairs.second_classroom_claim (updated_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
