import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a student got the conclusion on their appeal, from which the time to go to the province runs. */
export class ConclusionsDelivered1764846000000 implements MigrationInterface {
  name = 'ConclusionsDelivered1764846000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE affairs.sanction_appeal
        ADD conclusion_delivered_on date CHECK (conclusion_delivered_on >= decided_on);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
