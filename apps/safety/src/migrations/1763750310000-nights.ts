import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What excuses a student at night, and what the night check found. */
export class Nights1763750310000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- affairs' leaves, kept up by its events; a cancelled one stays, so that a late event cannot bring it back
      CREATE TABLE safety.excused_absence (
        leave_id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        starts_at timestamptz,
        ends_at timestamptz,
        cancelled boolean NOT NULL DEFAULT false,
        -- of the newest event that was taken in
        source_version int NOT NULL,
        source_at timestamptz NOT NULL,
        CHECK (cancelled OR (starts_at IS NOT NULL AND ends_at IS NOT NULL))
      );
      CREATE INDEX ON safety.excused_absence (student_id, ends_at);

      -- from_night and to_night are evenings, both inclusive
      CREATE TABLE safety.late_pass (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        from_night date NOT NULL,
        to_night date NOT NULL,
        -- campus wall clock; before noon = the next morning; NULL = any time that night
        until time,
        reason text NOT NULL,
        registered_by text NOT NULL,
        revoked_at timestamptz,
        revoke_reason text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (to_night >= from_night)
      );
      CREATE INDEX ON safety.late_pass (student_id, to_night);

      CREATE TABLE safety.night (
        id uuid PRIMARY KEY,
        -- the evening's date on campus
        night date NOT NULL UNIQUE,
        revision int NOT NULL,
        -- version of safety.curfew it was checked under
        policy_number int NOT NULL,
        checked_at timestamptz NOT NULL,
        students int NOT NULL,
        -- buildings with a curfew and a gate that night
        buildings uuid[] NOT NULL,
        -- [{ deviceId, buildingId, kind }]
        outages jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );

      -- one row per student who was not simply in; 'clear' = an earlier finding that was corrected away
      CREATE TABLE safety.night_finding (
        id uuid PRIMARY KEY,
        night date NOT NULL REFERENCES safety.night (night),
        student_id uuid NOT NULL,
        building_id uuid NOT NULL,
        finding text NOT NULL CHECK (finding IN ('late','not_returned','excused','suppressed','unknown','clear')),
        -- what the passes alone say
        observed text CHECK (observed IN ('late','not_returned','unknown')),
        minutes_late int,
        excuse text CHECK (excuse IN ('leave','late_pass','holiday')),
        -- the leave or the late pass
        excuse_id uuid,
        last_pass_at timestamptz,
        returned_at timestamptz,
        revision int NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (night, student_id)
      );
      CREATE INDEX ON safety.night_finding (student_id, night);
      -- what an amendment replaced
      CREATE TABLE safety.night_finding_history (
        finding_id uuid NOT NULL REFERENCES safety.night_finding,
        revision int NOT NULL,
        finding text NOT NULL,
        minutes_late int,
        excuse text,
        replaced_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (finding_id, revision)
      );

      -- nights that wait for being looked at again
      CREATE TABLE safety.night_recheck (
        night date PRIMARY KEY,
        requested_at timestamptz NOT NULL DEFAULT now()
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
