import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when somebody is no longer active, so that earlier days are still told as they were. */
export class InactiveSince1763750030000 implements MigrationInterface {
  name = 'InactiveSince1763750030000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE directory.person ADD inactive_since date;
      UPDATE directory.person SET inactive_since = updated_at::date WHERE NOT active;
      CREATE OR REPLACE VIEW directory.published_student_v1 AS
        SELECT id, number, name, sex, grade, active, inactive_since FROM directory.person WHERE kind = 'student';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
