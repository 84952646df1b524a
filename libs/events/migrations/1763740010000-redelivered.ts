import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tells a delivery that was dispatched again because it was not handled in time. */
export class Redelivered1763740010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- its job got lost, or ended the process: its next tries are counted before they begin
      ALTER TABLE events.delivery ADD COLUMN redelivered boolean NOT NULL DEFAULT false;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
