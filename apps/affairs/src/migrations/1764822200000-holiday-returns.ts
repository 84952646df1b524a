import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who or what told of a return from a holiday, and by which pass the gate did. */
export class HolidayReturns1764822200000 implements MigrationInterface {
  name = 'HolidayReturns1764822200000';

  async up(runner: QueryRunner): Promise<void> {
    // Of returns from before, nobody wrote down whose word it was: staff may correct them.
    await runner.query(`
      ALTER TABLE affairs.holiday_registration
        ADD returned_how text CHECK (returned_how IN ('student','staff','gate')),
        ADD return_pass_id uuid,
        ADD refuted_pass_id uuid;
      UPDATE affairs.holiday_registration SET returned_how = 'staff' WHERE returned_at IS NOT NULL;
      ALTER TABLE affairs.holiday_registration
        ADD CHECK ((returned_how IS NULL) = (returned_at IS NULL)),
        ADD CHECK ((return_pass_id IS NOT NULL) = (returned_how IS NOT DISTINCT FROM 'gate'));
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
