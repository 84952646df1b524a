import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Dated versions of the school's policies. */
export class PolicyVersions1763740200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.policy_version (
        id uuid PRIMARY KEY,
        key text NOT NULL,
        number int NOT NULL,
        effective_from date NOT NULL,
        value jsonb NOT NULL,
        source text NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        UNIQUE (key, number)
      );
      CREATE INDEX ON platform.policy_version (key, effective_from);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
