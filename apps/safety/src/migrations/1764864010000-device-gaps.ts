import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How devices are asked for what they did not send, what that is, and the keys by which devices are known. */
export class DeviceGaps1764864010000 implements MigrationInterface {
  name = 'DeviceGaps1764864010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE safety.device
        -- http(s)://address[:port] at which the device is asked, and as whom
        ADD COLUMN access_url text,
        ADD COLUMN access_user text,
        ADD COLUMN sealed_password bytea,
        -- keyed hash of what the device has to tell when it calls
        ADD COLUMN key_digest text,
        ADD CONSTRAINT device_access_whole
          CHECK ((access_url IS NULL) = (access_user IS NULL) AND (access_url IS NULL) = (sealed_password IS NULL));

      ALTER TABLE safety.device_contact
        -- where a device with a key called from when it last told it
        ADD COLUMN proved_from inet;

      -- nights are looked at by it where clocks were off
      CREATE INDEX ON safety.pass (corrected_at) WHERE corrected_at IS NOT NULL;

      CREATE TABLE safety.device_gap (
        id uuid PRIMARY KEY,
        device_id uuid NOT NULL REFERENCES safety.device,
        reason text NOT NULL CHECK (reason IN ('serials','silence','asked')),
        -- by the clock of the device, both inclusive
        from_at timestamptz NOT NULL,
        to_at timestamptz NOT NULL,
        -- how many are missing, as far as their numbers tell
        events int,
        status text NOT NULL CHECK (status IN ('waiting','done','given_up')),
        -- the next event of the answer to be asked for
        position int NOT NULL DEFAULT 0,
        -- passes that were not here yet
        found int NOT NULL DEFAULT 0,
        attempts int NOT NULL DEFAULT 0,
        problem text,
        -- a process is asking for it until then
        leased_until timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (to_at >= from_at)
      );
      CREATE INDEX ON safety.device_gap (device_id, id);
      CREATE INDEX ON safety.device_gap (device_id, from_at) WHERE status = 'waiting';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
