import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sanctions against students, and their appeals. */
export class Discipline1764806000000 implements MigrationInterface {
  name = 'Discipline1764806000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.sanction (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('warning','serious_warning','demerit','probation','expulsion')),
        decided_on date NOT NULL,
        delivered_on date CHECK (delivered_on >= decided_on),
        appeal_told boolean NOT NULL,
        months int CHECK (months > 0),
        until date,
        grounds bytea NOT NULL,
        ended text CHECK (ended IN ('lifted','revoked','overturned')),
        ended_on date,
        end_reason bytea,
        policy_number int NOT NULL,
        recorded_by uuid,
        recorded_by_app text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((kind = 'expulsion') = (months IS NULL) AND (months IS NULL) = (until IS NULL)),
        CHECK ((ended IS NULL) = (ended_on IS NULL))
      );
      CREATE INDEX ON affairs.sanction (student_id, decided_on);
      CREATE INDEX ON affairs.sanction (decided_on, id);
      CREATE INDEX ON affairs.sanction (updated_at, id);

      CREATE TABLE affairs.sanction_appeal (
        id uuid PRIMARY KEY,
        sanction_id uuid NOT NULL REFERENCES affairs.sanction,
        student_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting','withdrawn','upheld','changed','revoked')),
        text bytea NOT NULL,
        appealed_on date NOT NULL,
        due_on date NOT NULL,
        extended boolean NOT NULL,
        decided_on date,
        province_until date,
        conclusion bytea,
        kind_before text,
        months_before int,
        recorded_by uuid,
        decided_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((status IN ('upheld','changed','revoked')) = (decided_on IS NOT NULL)),
        -- whoever recorded a sanction does not decide on the appeal against it
        CONSTRAINT sanction_appeal_two_persons CHECK (decided_by <> recorded_by)
      );
      -- one appeal against a sanction; one that was withdrawn does not count
      CREATE UNIQUE INDEX sanction_appeal_one ON affairs.sanction_appeal (sanction_id) WHERE status <> 'withdrawn';
      CREATE INDEX ON affairs.sanction_appeal (sanction_id);
      CREATE INDEX ON affairs.sanction_appeal (student_id);
      CREATE INDEX ON affairs.sanction_appeal (due_on, id);
      CREATE INDEX ON affairs.sanction_appeal (updated_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
