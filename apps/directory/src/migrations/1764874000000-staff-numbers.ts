import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Numbers of staff are found whatever their letters: SCIM compares user names so (RFC 7643 §4.1.1). */
export class StaffNumbers1764874000000 implements MigrationInterface {
  name = 'StaffNumbers1764874000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX person_staff_number ON directory.person (lower(number)) WHERE kind = 'staff'`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
