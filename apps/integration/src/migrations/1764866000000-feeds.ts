import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Connectors that bring observations instead of a roster. */
export class Feeds1764866000000 implements MigrationInterface {
  name = 'Feeds1764866000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE integration.connector
        ADD COLUMN brings text NOT NULL DEFAULT 'roster' CONSTRAINT connector_brings CHECK (brings IN ('roster', 'observations'));
      ALTER TABLE integration.connector ALTER COLUMN brings DROP DEFAULT;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
