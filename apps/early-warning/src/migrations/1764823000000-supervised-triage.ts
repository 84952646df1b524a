import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Supervision of warnings that nobody triages in time, and of referrals that nobody takes up: in the queue that cases have. */
export class SupervisedTriage1764823000000 implements MigrationInterface {
  name = 'SupervisedTriage1764823000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE early_warning.care_supervision
        ALTER case_id DROP NOT NULL,
        ADD warning_id uuid REFERENCES early_warning.warning ON DELETE CASCADE,
        ADD referral_id uuid REFERENCES early_warning.referral ON DELETE CASCADE,
        -- at which it goes up to the next step; NULL: there is none above, or it is a case's
        ADD rises_at timestamptz,
        DROP CONSTRAINT care_supervision_cause_check,
        ADD CONSTRAINT care_supervision_of_one CHECK (num_nonnulls(case_id, warning_id, referral_id) = 1
          AND CASE cause WHEN 'triage' THEN warning_id IS NOT NULL WHEN 'referral' THEN referral_id IS NOT NULL
                         ELSE cause IN ('level', 'review', 'measure') AND case_id IS NOT NULL END);
      CREATE UNIQUE INDEX care_supervision_warning_once ON early_warning.care_supervision (warning_id, step) WHERE ended_at IS NULL;
      CREATE UNIQUE INDEX care_supervision_referral_once ON early_warning.care_supervision (referral_id, step) WHERE ended_at IS NULL;
      CREATE INDEX ON early_warning.care_supervision (warning_id) WHERE warning_id IS NOT NULL;
      CREATE INDEX ON early_warning.care_supervision (referral_id) WHERE referral_id IS NOT NULL;
      CREATE INDEX ON early_warning.care_supervision (rises_at) WHERE rises_at IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
