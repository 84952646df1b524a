import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks are signed with a key of their own, too; those that there are get one when their secret is replaced. */
export class WebhookKeys1764870100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE integration.webhook ADD public_keys text[] NOT NULL DEFAULT '{}';
      ALTER TABLE integration.webhook ALTER public_keys DROP DEFAULT;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
