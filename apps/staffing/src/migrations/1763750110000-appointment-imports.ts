import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files of appointments that wait to be imported. */
export class AppointmentImports1763750110000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE staffing.appointment_import (
        id uuid PRIMARY KEY,
        -- platform.job
        job_id uuid NOT NULL,
        -- NULL once it has been worked off: the file names people
        content bytea,
        -- what the requester may appoint for: the whole school, or these units
        whole_school boolean NOT NULL,
        unit_ids uuid[] NOT NULL,
        requested_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
