import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Connectors that bring observations instead of a roster, and what is read from views by a mapping. */
export class Feeds1764866000000 implements MigrationInterface {
  name = 'Feeds1764866000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE integration.connector
        ADD COLUMN brings text NOT NULL DEFAULT 'roster' CONSTRAINT connector_brings CHECK (brings IN ('roster', 'observations'));
      ALTER TABLE integration.connector ALTER COLUMN brings DROP DEFAULT;
      -- What was read of a view has a mapping, and no file.
      ALTER TABLE integration.connector_run DROP CONSTRAINT connector_run_check;
      ALTER TABLE integration.connector_run ADD CONSTRAINT connector_run_file_mapped CHECK (sha256 IS NULL OR profile_id IS NOT NULL);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
