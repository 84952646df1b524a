import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Activities, and who takes part in them. */
export class Activities1764809000000 implements MigrationInterface {
  name = 'Activities1764809000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.activity (
        id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        kind text NOT NULL,
        title_zh text NOT NULL,
        title_en text NOT NULL,
        place text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        enrol_from timestamptz NOT NULL,
        enrol_until timestamptz NOT NULL,
        cancel_until timestamptz NOT NULL,
        capacity int NOT NULL CHECK (capacity > 0),
        -- none: all students
        audience_unit_ids uuid[] NOT NULL,
        audience_grades text[] NOT NULL,
        credits numeric(8,2) NOT NULL CHECK (credits >= 0),
        hours numeric(8,2) NOT NULL CHECK (hours >= 0),
        -- entries of the same work count once
        work_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('draft','published','closed','cancelled')),
        closed_at timestamptz CHECK ((closed_at IS NOT NULL) = (status = 'closed')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (starts_at < ends_at AND enrol_from < enrol_until)
      );
      CREATE INDEX ON affairs.activity (starts_at, id);
      CREATE INDEX ON affairs.activity (updated_at, id);
      CREATE INDEX ON affairs.activity (unit_id);

      CREATE TABLE affairs.enrolment (
        id uuid PRIMARY KEY,
        activity_id uuid NOT NULL REFERENCES affairs.activity,
        student_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting','enrolled','confirmed','absent','cancelled','lapsed')),
        asked_at timestamptz NOT NULL,
        signed_in_at timestamptz,
        signed_out_at timestamptz,
        evidence text CHECK (evidence IN ('code','roll','gate')),
        recorded_hours numeric(8,2) CHECK (recorded_hours >= 0),
        credits numeric(8,2) NOT NULL CHECK (credits >= 0),
        hours numeric(8,2) NOT NULL CHECK (hours >= 0),
        confirmed_at timestamptz CHECK ((confirmed_at IS NOT NULL) = (status IN ('confirmed','absent'))),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT enrolment_once UNIQUE (activity_id, student_id),
        CHECK (status = 'confirmed' OR (credits = 0 AND hours = 0)),
        CHECK (status <> 'confirmed' OR evidence IS NOT NULL)
      );
      CREATE INDEX ON affairs.enrolment (student_id, asked_at);
      CREATE INDEX ON affairs.enrolment (asked_at, id);
      CREATE INDEX ON affairs.enrolment (updated_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
