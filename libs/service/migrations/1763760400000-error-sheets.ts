import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the sender of a job's file finds it again with its errors. */
export class ErrorSheets1763760400000 implements MigrationInterface {
  name = 'ErrorSheets1763760400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE platform.job ADD error_sheet text`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
