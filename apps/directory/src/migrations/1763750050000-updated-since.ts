import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Apps poll for what changed since they last asked. */
export class UpdatedSince1763750050000 implements MigrationInterface {
  name = 'UpdatedSince1763750050000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ON directory.person (updated_at, id);
      CREATE INDEX ON directory.unit (updated_at, id);
      CREATE INDEX ON directory.place (updated_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
