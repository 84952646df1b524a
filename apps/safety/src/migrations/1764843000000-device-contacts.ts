import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Devices that speak to us themselves: when they were heard of, what they sent, how their clocks go. */
export class DeviceContacts1764843000000 implements MigrationInterface {
  name = 'DeviceContacts1764843000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- apart from the device, whose row is locked by every batch and has a version
      CREATE TABLE safety.device_contact (
        device_id uuid PRIMARY KEY REFERENCES safety.device,
        protocol text NOT NULL CHECK (protocol IN ('zkteco_attendance','zkteco_access')),
        -- when it last called at all
        seen_at timestamptz NOT NULL,
        -- it has called ever since, without a gap
        connected_since timestamptz NOT NULL,
        -- when it last sent a record that was taken
        recorded_at timestamptz,
        -- how far its clock is ahead of ours
        clock_offset_seconds int,
        -- it calls and sends nothing, longer than expected
        silent_since timestamptz,
        -- the last stamp of each table, as the device sent it
        stamps jsonb NOT NULL DEFAULT '{}',
        -- records left out: of unknown people, malformed
        refused bigint NOT NULL DEFAULT 0,
        -- kinds of records that no policy names, and how many of each
        unknown_kinds jsonb NOT NULL DEFAULT '{}'
      );
      CREATE INDEX ON safety.device_contact (recorded_at) WHERE silent_since IS NULL;

      ALTER TABLE safety.pass ADD COLUMN corrected_at timestamptz;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
