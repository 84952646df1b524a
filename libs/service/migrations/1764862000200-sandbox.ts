import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether the database is a sandbox's: its one row is written where one is made, and nowhere else. */
export class Sandbox1764862000200 implements MigrationInterface {
  name = 'Sandbox1764862000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.sandbox (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        ahead_seconds bigint NOT NULL DEFAULT 0 CHECK (ahead_seconds >= 0),
        snapshot_at timestamptz
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
