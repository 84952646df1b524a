import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Devices that speak Hikvision ISAPI; the numbers of the events of a device. */
export class HikvisionDevices1764864000000 implements MigrationInterface {
  name = 'HikvisionDevices1764864000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE safety.device_contact
        DROP CONSTRAINT device_contact_protocol_check,
        ADD CONSTRAINT device_contact_protocol_check CHECK (protocol IN ('zkteco_attendance','zkteco_access','hikvision')),
        -- the newest event that the device has numbered, and when it was by the device's clock
        ADD COLUMN last_serial bigint,
        ADD COLUMN last_serial_at timestamptz,
        ADD CHECK ((last_serial IS NULL) = (last_serial_at IS NULL));
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
