import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Codes that were tried to sign in to an activity are counted by all processes together; who is of one work is looked up. */
export class SignInTries1764884000000 implements MigrationInterface {
  name = 'SignInTries1764884000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE affairs.enrolment
        ADD code_tries int NOT NULL DEFAULT 0,
        -- the end of the minute they are counted in
        ADD code_tries_until timestamptz;
      CREATE INDEX ON affairs.activity (work_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
