import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Referrals (他人反映): what somebody noticed of a student. */
export class Referrals1764812000100 implements MigrationInterface {
  name = 'Referrals1764812000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE early_warning.referral (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        kind text NOT NULL,
        urgency text NOT NULL CHECK (urgency IN ('none', 'soon', 'now')),
        text bytea NOT NULL,
        tried bytea,
        -- NULL: sent anonymously, or its sender was erased
        raised_by uuid,
        raised_by_app text NOT NULL,
        raised_at timestamptz NOT NULL,
        raised_on date NOT NULL,
        status text NOT NULL CHECK (status IN ('sent', 'taken_up', 'merged', 'set_aside', 'closed', 'withdrawn')),
        handled_by uuid,
        handled_at timestamptz,
        answer bytea,
        case_id uuid REFERENCES early_warning.care_case ON DELETE SET NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (raised_by <> student_id),
        CONSTRAINT referral_not_of_oneself CHECK (handled_by <> student_id),
        CHECK ((status IN ('sent', 'withdrawn')) = (handled_by IS NULL))
      );
      CREATE INDEX ON early_warning.referral (student_id);
      CREATE INDEX ON early_warning.referral (raised_by, raised_on);
      CREATE INDEX ON early_warning.referral (raised_at, id);
      CREATE INDEX ON early_warning.referral (case_id) WHERE case_id IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
