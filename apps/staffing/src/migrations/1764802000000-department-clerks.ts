import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A post over a department: it signs what the department signs. */
export class DepartmentClerks1764802000000 implements MigrationInterface {
  name = 'DepartmentClerks1764802000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE staffing.appointment DROP CONSTRAINT appointment_kind_check,
        ADD CONSTRAINT appointment_kind_check CHECK (kind IN ('counselor','class_advisor','mentor','building_head','grid_head',
          'psychologist','student_affairs_officer','party_organizer','department_clerk'));
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
