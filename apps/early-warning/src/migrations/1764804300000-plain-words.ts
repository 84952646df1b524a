import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sources are degraded, and students evaluated: the words that answers use, in what is stored too. */
export class PlainWords1764804300000 implements MigrationInterface {
  name = 'PlainWords1764804300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE early_warning.source_notice DROP CONSTRAINT source_notice_kind_check;
      UPDATE early_warning.source_notice SET kind = 'degraded' WHERE kind = 'thin';
      ALTER TABLE early_warning.source_notice ADD CONSTRAINT source_notice_kind_check CHECK (kind IN ('dead','degraded'));
      UPDATE early_warning.rule SET publication = (publication - 'judged') || jsonb_build_object('evaluated', publication -> 'judged')
       WHERE publication ? 'judged'
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
