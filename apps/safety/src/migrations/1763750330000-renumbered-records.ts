import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A device that begins its numbers anew: another instant under an old number is another record. */
export class RenumberedRecords1763750330000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX safety.pass_record;
      -- Held passes are apart: their instants may move when their device is approved and its clock known.
      CREATE UNIQUE INDEX pass_record ON safety.pass (device_id, record_id, at, (status = 'held')) WHERE status <> 'replaced';
      -- what was corrected does not come back as a record of its own
      CREATE INDEX pass_replaced ON safety.pass (device_id, record_id, at) WHERE status = 'replaced';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
