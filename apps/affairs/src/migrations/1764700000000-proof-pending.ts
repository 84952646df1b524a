import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The column is called what the API calls it. */
export class ProofPending1764700000000 implements MigrationInterface {
  name = 'ProofPending1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE affairs.leave RENAME COLUMN papers_owed TO proof_pending');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
