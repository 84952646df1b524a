import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Scores of the model in use, by which the list for triage may be ordered. */
export class RiskScores1764824200000 implements MigrationInterface {
  name = 'RiskScores1764824200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE early_warning.risk_score (
        student_id uuid PRIMARY KEY,
        model_id uuid NOT NULL REFERENCES early_warning.risk_model ON DELETE CASCADE,
        as_of date NOT NULL,
        score float8 NOT NULL,
        -- those that matter most: [term, points, value or null …]
        parts jsonb NOT NULL
      );
      CREATE INDEX ON early_warning.risk_score (score, student_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
