import type { MigrationInterface, QueryRunner } from 'typeorm';
import { workflowTablesNamedUnits } from '#workflow';

/** Steps that holders of a post over a named unit sign. */
export class NamedUnits1764802000000 implements MigrationInterface {
  name = 'NamedUnits1764802000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(workflowTablesNamedUnits('affairs'));
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
