import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The post by which a case is its owner's: with the post it goes to whoever holds it then. */
export class OwnerPosts1764840000000 implements MigrationInterface {
  name = 'OwnerPosts1764840000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- NULL: they hold none over the student
      ALTER TABLE early_warning.care_owner ADD post text;
      ALTER TABLE early_warning.care_owner DROP CONSTRAINT care_owner_why_check,
        ADD CONSTRAINT care_owner_why_check CHECK (why IN ('opened', 'accepted', 'refused', 'expired', 'left'));
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
