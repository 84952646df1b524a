import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often a run has read a resource anew, since its source changed meanwhile. */
export class ConnectorRestarts1764888000000 implements MigrationInterface {
  name = 'ConnectorRestarts1764888000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE integration.connector_run ADD COLUMN restarts int NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE integration.connector_run DROP COLUMN restarts');
  }
}
