import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Risk models: trained from past outcomes, put in use by a second person, one at a time. */
export class RiskModels1764814000000 implements MigrationInterface {
  name = 'RiskModels1764814000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE early_warning.risk_model (
        id uuid PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('training', 'failed', 'trained', 'active', 'retired')),
        job_id uuid NOT NULL,
        definition jsonb NOT NULL,
        model jsonb,
        card jsonb,
        trained_at timestamptz,
        created_by text NOT NULL,
        activated_at timestamptz,
        activated_by text,
        retired_at timestamptz,
        retired_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((model IS NULL) = (state IN ('training', 'failed')) AND (card IS NULL) = (model IS NULL)),
        CONSTRAINT risk_model_second_person CHECK (activated_by <> created_by)
      );
      CREATE UNIQUE INDEX risk_model_one_active ON early_warning.risk_model (state) WHERE state = 'active';
      CREATE INDEX ON early_warning.risk_model (created_at DESC, id DESC);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
