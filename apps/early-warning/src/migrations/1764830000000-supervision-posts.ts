import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The post by which a supervision is somebody's: with the post they lose sight of it. */
export class SupervisionPosts1764830000000 implements MigrationInterface {
  name = 'SupervisionPosts1764830000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- NULL: from before it was kept
      ALTER TABLE early_warning.care_supervision ADD post text;
      CREATE INDEX ON early_warning.care_supervision (step) WHERE ended_at IS NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
