import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many students a rule was about to flag when it was published, and why it was published all the same. */
export class Publications1763750530000 implements MigrationInterface {
  name = 'Publications1763750530000';

  async up(runner: QueryRunner): Promise<void> {
    // NULL: a draft, or published before this was asked.
    await runner.query('ALTER TABLE early_warning.rule ADD publication jsonb');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
