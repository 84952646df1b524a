import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Apps poll for terms and imports that changed since they last asked. */
export class MoreUpdatedSince1763750095000 implements MigrationInterface {
  name = 'MoreUpdatedSince1763750095000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ON directory.term (updated_at, id);
      CREATE INDEX ON directory.import (updated_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
