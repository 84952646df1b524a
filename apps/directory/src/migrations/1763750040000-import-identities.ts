import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An import may be told that changes of identity are meant. */
export class ImportIdentities1763750040000 implements MigrationInterface {
  name = 'ImportIdentities1763750040000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE directory.import ADD allow_identity_changes boolean NOT NULL DEFAULT FALSE`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
