import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many passes are held for a device is asked with every batch that brings it some. */
export class HeldPasses1764804100000 implements MigrationInterface {
  name = 'HeldPasses1764804100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX ON safety.pass (device_id) WHERE status = 'held'`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
