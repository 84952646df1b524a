import type { MigrationInterface, QueryRunner } from 'typeorm';
import { workflowTablesSince } from '#workflow';

/** Cases of units and places, deadlines that have passed, and absences that people record. */
export class DeadlinesAndAbsences1763770000000 implements MigrationInterface {
  name = 'DeadlinesAndAbsences1763770000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(workflowTablesSince('affairs'));
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
