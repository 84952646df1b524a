import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Passes that no longer count stay known, so that their record does nothing when it comes after their retraction. */
export class RetractedPasses1763750210000 implements MigrationInterface {
  name = 'RetractedPasses1763750210000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE affairs.leave_pass ADD retracted boolean NOT NULL DEFAULT FALSE`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE affairs.leave_pass DROP COLUMN retracted`);
  }
}
