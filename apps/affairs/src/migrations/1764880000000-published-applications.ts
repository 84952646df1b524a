import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose application each is, for whoever names one. A draft exists for nobody else yet. */
export class PublishedApplications1764880000000 implements MigrationInterface {
  name = 'PublishedApplications1764880000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE VIEW affairs.published_application_v1 AS
        SELECT id, student_id FROM affairs.application WHERE status <> 'draft';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
