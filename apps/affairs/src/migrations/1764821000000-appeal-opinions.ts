import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What members of the committee say to an appeal against a sanction, where the school asks for several. */
export class AppealOpinions1764821000000 implements MigrationInterface {
  name = 'AppealOpinions1764821000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.sanction_appeal_opinion (
        id uuid PRIMARY KEY,
        appeal_id uuid NOT NULL REFERENCES affairs.sanction_appeal ON DELETE CASCADE,
        student_id uuid NOT NULL,
        member_id uuid NOT NULL,
        -- whoever recorded the sanction, from the appeal
        recorded_by uuid,
        outcome text NOT NULL CHECK (outcome IN ('upheld','changed','revoked')),
        kind text,
        months int,
        conclusion bytea NOT NULL,
        given_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT appeal_opinion_two_persons CHECK (member_id <> recorded_by),
        CHECK ((outcome = 'changed') = (kind IS NOT NULL))
      );
      -- one of each member
      CREATE UNIQUE INDEX appeal_opinion_once ON affairs.sanction_appeal_opinion (appeal_id, member_id);
      CREATE INDEX ON affairs.sanction_appeal_opinion (student_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
