import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Passes that count, for services that need those of a time before they began to listen. */
export class PublishedPasses1763750320000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE VIEW safety.published_pass_v1 AS
        SELECT id, student_id, building_id, direction, at FROM safety.pass WHERE status = 'counted';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
