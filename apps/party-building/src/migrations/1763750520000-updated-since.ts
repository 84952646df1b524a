import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Apps poll for what changed since they last asked. */
export class UpdatedSince1763750520000 implements MigrationInterface {
  name = 'UpdatedSince1763750520000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ON party_building.organization (updated_at, id);
      CREATE INDEX ON party_building.member (updated_at, id);
      CREATE INDEX ON party_building.admission (updated_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
