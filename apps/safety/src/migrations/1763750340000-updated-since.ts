import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Apps poll for what changed since they last asked. */
export class UpdatedSince1763750340000 implements MigrationInterface {
  name = 'UpdatedSince1763750340000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ON safety.device (updated_at, id);
      CREATE INDEX ON safety.late_pass (updated_at, id);
      CREATE INDEX ON safety.night_finding (updated_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
