import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When each appointment last changed: for those who hand roles on to systems that ask for changes only. */
export class AppointmentChanges1764842010000 implements MigrationInterface {
  name = 'AppointmentChanges1764842010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE VIEW staffing.published_appointment_v1 AS
        SELECT id, person_id, kind, unit_id, full_time, valid_from, valid_to, updated_at FROM staffing.appointment;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
