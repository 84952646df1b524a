import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which app asked for a leave, for the person or by itself. */
export class SubmittedByApp1763750230000 implements MigrationInterface {
  name = 'SubmittedByApp1763750230000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE affairs.leave ADD submitted_by_app text;
      UPDATE affairs.leave l SET submitted_by_app = coalesce(
        (SELECT a.app FROM affairs.leave_action a WHERE a.leave_id = l.id AND a.action = 'submit' ORDER BY a.id LIMIT 1), 'unknown');
      ALTER TABLE affairs.leave ALTER submitted_by_app SET NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
