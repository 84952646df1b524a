import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who holds which post over which unit from when to when, and the view other services read it by. */
export class Appointments1763750100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- person_id and unit_id are directory's ids (a unit, or a place such as a building); the use case checks them
      CREATE TABLE staffing.appointment (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('counselor','class_advisor','mentor','building_head','grid_head',
          'psychologist','student_affairs_officer','party_organizer')),
        unit_id uuid NOT NULL,
        full_time boolean NOT NULL DEFAULT true,
        valid_from date NOT NULL,
        valid_to date,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        -- equal dates: withdrawn before it ever counted
        CHECK (valid_to IS NULL OR valid_to >= valid_from),
        EXCLUDE USING gist (person_id WITH =, kind WITH =, unit_id WITH =, daterange(valid_from, valid_to) WITH &&)
      );
      CREATE INDEX ON staffing.appointment (person_id);
      CREATE INDEX ON staffing.appointment (unit_id, kind);

      CREATE VIEW staffing.published_appointment_v1 AS
        SELECT id, person_id, kind, unit_id, full_time, valid_from, valid_to FROM staffing.appointment;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
