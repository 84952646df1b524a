import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Notices: warnings that inform and wait for nobody's triage. */
export class Notices1764823000100 implements MigrationInterface {
  name = 'Notices1764823000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE early_warning.warning
        -- a notice that staff do not want to see again while it lasts
        ADD muted boolean NOT NULL DEFAULT false,
        -- when the student was told of a notice, and when they saw it
        ADD told_at timestamptz,
        ADD reached_at timestamptz,
        DROP CONSTRAINT warning_status_check,
        ADD CONSTRAINT warning_status_check CHECK (status IN ('open','notice','confirmed','dismissed','closed','withdrawn','expired')),
        ADD CONSTRAINT warning_muted_notice CHECK (NOT muted OR status = 'notice'),
        ADD CONSTRAINT warning_reached_when_told CHECK (reached_at >= told_at OR reached_at IS NULL);
      DROP INDEX early_warning.warning_one_active;
      CREATE UNIQUE INDEX warning_one_active ON early_warning.warning (rule_code, student_id) WHERE status IN ('open','notice','confirmed');
      CREATE INDEX ON early_warning.warning (student_id, told_at, id) WHERE told_at IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
