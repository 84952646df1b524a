import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Effects: how students with an intervention changed against similar students without it. */
export class Effects1764824100000 implements MigrationInterface {
  name = 'Effects1764824100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE early_warning.effect (
        id uuid PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('asked', 'failed', 'found', 'withheld')),
        job_id uuid NOT NULL,
        definition jsonb NOT NULL,
        result jsonb,
        created_by text NOT NULL,
        finished_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((state IN ('found', 'withheld')) = (result IS NOT NULL)),
        CHECK ((state = 'asked') = (finished_at IS NULL)),
        -- a difference is told where there are enough pairs, and nowhere else
        CONSTRAINT effect_withheld CHECK (result IS NULL OR (state = 'withheld') = (result -> 'difference' = 'null'))
      );
      CREATE INDEX ON early_warning.effect (created_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
