import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which version of a rule judged a warning last, who took a rule out of force, and dry runs under other numbers. */
export class WhoAndWhichVersion1763750500800 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- the version that last found it to hold; rule_id stays the one that raised it.
      -- NULL = the same: of a process that does not know the column yet
      ALTER TABLE early_warning.warning ADD judged_rule_id uuid REFERENCES early_warning.rule;
      UPDATE early_warning.warning SET judged_rule_id = rule_id;

      ALTER TABLE early_warning.rule ADD retired_by text;

      -- numbers that took the place of the school's; NULL = tried under the school's own
      ALTER TABLE early_warning.dry_run ADD parameters jsonb;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
