import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which apps there are and what each may ask for: read by those that send to apps. */
export class PublishedClients1764815000000 implements MigrationInterface {
  name = 'PublishedClients1764815000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE VIEW directory.published_client_v1 AS SELECT client_id, active, permissions FROM directory.client;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
