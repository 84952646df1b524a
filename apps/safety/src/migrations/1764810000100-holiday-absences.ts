import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What excuses a student at night may be a registration for a holiday as well as a leave. */
export class HolidayAbsences1764810000100 implements MigrationInterface {
  name = 'HolidayAbsences1764810000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE safety.excused_absence RENAME COLUMN leave_id TO source_id;
      ALTER TABLE safety.excused_absence
        ADD COLUMN source text NOT NULL DEFAULT 'leave' CHECK (source IN ('leave','holiday_registration'));
      ALTER TABLE safety.excused_absence ALTER COLUMN source DROP DEFAULT;
      ALTER TABLE safety.night_finding DROP CONSTRAINT night_finding_excuse_check;
      ALTER TABLE safety.night_finding ADD CONSTRAINT night_finding_excuse_check
        CHECK (excuse IN ('leave','holiday_registration','late_pass','holiday'));
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
