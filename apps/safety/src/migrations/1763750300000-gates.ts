import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Gate devices with their outages, and the passes they record. */
export class Gates1763750300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE safety.device (
        id uuid PRIMARY KEY,
        -- the serial number the device sends
        code text NOT NULL UNIQUE,
        name text,
        status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending','active','retired')),
        -- directory's place; known once approved
        building_id uuid,
        direction_mode text NOT NULL DEFAULT 'both' CHECK (direction_mode IN ('in','out','both')),
        -- of its clock, where that is not the campus time zone
        time_zone text,
        approved_at timestamptz,
        retired_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (status <> 'active' OR building_id IS NOT NULL)
      );
      CREATE INDEX ON safety.device (building_id);

      -- from_at inclusive, to_at exclusive
      CREATE TABLE safety.outage (
        id uuid PRIMARY KEY,
        device_id uuid NOT NULL REFERENCES safety.device,
        from_at timestamptz NOT NULL,
        to_at timestamptz NOT NULL,
        reason text NOT NULL,
        registered_by text NOT NULL,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (to_at > from_at)
      );
      CREATE INDEX ON safety.outage (device_id, from_at);

      CREATE TABLE safety.pass (
        id uuid PRIMARY KEY,
        device_id uuid NOT NULL REFERENCES safety.device,
        -- the device's own id of the record
        record_id text NOT NULL,
        student_id uuid NOT NULL,
        -- where the device stood when the pass began to count
        building_id uuid,
        direction text CHECK (direction IN ('in','out')),
        at timestamptz NOT NULL,
        -- wall-clock digits as sent, where the device sent no offset
        raw_at text,
        -- held: its device is not approved yet; void: a person took it back; replaced: its device corrected it
        status text NOT NULL CHECK (status IN ('held','counted','void','replaced')),
        replaced_by uuid REFERENCES safety.pass DEFERRABLE INITIALLY DEFERRED,
        voided_by uuid,
        voided_at timestamptz,
        void_reason text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (status <> 'counted' OR (building_id IS NOT NULL AND direction IS NOT NULL)),
        CHECK ((status = 'replaced') = (replaced_by IS NOT NULL)),
        CHECK ((status = 'void') = (voided_at IS NOT NULL AND void_reason IS NOT NULL))
      );
      CREATE UNIQUE INDEX pass_record ON safety.pass (device_id, record_id) WHERE status <> 'replaced';
      CREATE INDEX ON safety.pass (student_id, at);
      -- what a gate saw, whether or not it was taken back: its health
      CREATE INDEX ON safety.pass (device_id, at) WHERE status IN ('counted', 'void');
      CREATE INDEX ON safety.pass (at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
