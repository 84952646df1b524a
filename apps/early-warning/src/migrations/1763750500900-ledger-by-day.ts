import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Evidence asks which batches reach into a window; silence, which days a source declared to be without data. */
export class LedgerByDay1763750500900 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ON early_warning.ingest_batch (last_day);
      CREATE INDEX ON early_warning.source_heartbeat (source, day) WHERE day IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
