import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Late data changes later verdicts only; corrected data also takes back what rested on it: the two are told apart. */
export class CorrectedDays1763750501100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- whose record was corrected; NULL: only added to, in an order in which vectors cannot be added to
      ALTER TABLE early_warning.dirty_day ADD ordinal int;
      -- students of whom a day's records were corrected or withdrawn, with the newest high-water mark of that
      CREATE TABLE early_warning.corrected_day (
        metric smallint, day date, ordinal int, hwm bigint NOT NULL, PRIMARY KEY (ordinal, metric, day)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
