import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Referrals have a time limit and become cases, praise is kept apart; it takes two persons to open a closed case again. */
export class ReferralsToCases1764823000200 implements MigrationInterface {
  name = 'ReferralsToCases1764823000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE early_warning.referral
        ADD praise boolean NOT NULL DEFAULT false,
        -- by when somebody is, or was, to take it up; NULL: no limit
        ADD due_at timestamptz,
        ADD CONSTRAINT referral_praise CHECK (NOT praise OR status IN ('sent', 'withdrawn'));
      CREATE INDEX ON early_warning.referral (due_at) WHERE status = 'sent';

      ALTER TABLE early_warning.care_case
        -- the application from which it was opened, as the opener gave it
        ADD application_id uuid,
        ADD reopened_count int NOT NULL DEFAULT 0,
        ADD reopening_proposed_by uuid,
        ADD reopening_confirmed_by uuid,
        DROP CONSTRAINT care_case_origin_check,
        ADD CONSTRAINT care_case_origin_check CHECK (origin IN ('warning', 'referral', 'application', 'person')
          AND (origin <> 'application' OR application_id IS NOT NULL)),
        ADD CONSTRAINT care_case_reopened_by_two CHECK (num_nonnulls(reopening_proposed_by, reopening_confirmed_by) = CASE WHEN reopened_count > 0 THEN 2 ELSE 0 END
          AND reopening_proposed_by <> reopening_confirmed_by AND student_id NOT IN (reopening_proposed_by, reopening_confirmed_by));
      CREATE INDEX ON early_warning.care_case (application_id) WHERE application_id IS NOT NULL;

      -- a closed case opens again only where that is counted, and so by two
      CREATE FUNCTION early_warning.care_case_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.reopened_count <> OLD.reopened_count + 1 THEN
          RAISE EXCEPTION 'A closed case is opened again by two persons' USING ERRCODE = '23514', CONSTRAINT = 'care_case_reopened_by_two';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER care_case_reopens BEFORE UPDATE ON early_warning.care_case
        FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL) EXECUTE FUNCTION early_warning.care_case_reopens();

      ALTER TABLE early_warning.care_decision
        DROP CONSTRAINT care_decision_what_check,
        DROP CONSTRAINT care_decision_check,
        ADD CONSTRAINT care_decision_what_check CHECK (CASE what WHEN 'level' THEN level IS NOT NULL AND effect IS NULL
          WHEN 'closure' THEN effect IS NOT NULL AND level IS NULL WHEN 'reopening' THEN num_nonnulls(level, effect) = 0 ELSE FALSE END);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
