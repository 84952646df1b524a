import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Observations as plain SQL reads them. */
export class Cells1763750500500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- One row per student, metric and day (since 1970-01-01) with data, folded as the metric says: what the day vectors hold, made
      -- from the observations themselves, also those that wait to be folded. Days whose observations were thrown away are not in it.
      CREATE VIEW early_warning.cell AS
        SELECT o.metric, o.day - DATE '1970-01-01' AS day, o.ordinal,
               CASE m.fold
                 WHEN 'sum' THEN least(sum(o.value), 2147483647)
                 WHEN 'max' THEN max(o.value)
                 WHEN 'min' THEN min(o.value)
                 WHEN 'count' THEN count(*)
                 ELSE (array_agg(o.value ORDER BY o.at DESC NULLS LAST, o.batch_seq DESC, o.line DESC))[1]
               END::int AS value
          FROM (SELECT metric, day, ordinal, value, at, batch_seq, line FROM early_warning.observation
                UNION ALL
                SELECT metric, day, ordinal, value, at, batch_seq, line FROM early_warning.keyed_observation WHERE value IS NOT NULL) o
          JOIN early_warning.metric m ON m.number = o.metric
         GROUP BY o.metric, o.day, o.ordinal, m.fold;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
