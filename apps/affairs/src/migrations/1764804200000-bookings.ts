import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What students book, their bookings, and the addresses at which calendars read them. */
export class Bookings1764804200000 implements MigrationInterface {
  name = 'Bookings1764804200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE EXTENSION IF NOT EXISTS btree_gist;
      CREATE TABLE affairs.bookable (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('place','hours')),
        unit_id uuid NOT NULL,
        host_id uuid,
        status text NOT NULL CHECK (status IN ('open','closed')),
        name text NOT NULL,
        capacity int NOT NULL CHECK (capacity > 0),
        exclusive boolean NOT NULL,
        opening_hours jsonb NOT NULL,
        closed_on_holidays boolean NOT NULL,
        closed_on jsonb NOT NULL,
        slot_minutes int NOT NULL CHECK (slot_minutes > 0),
        max_slots int NOT NULL CHECK (max_slots > 0),
        -- none: all students
        audience_unit_ids uuid[] NOT NULL,
        days_ahead int NOT NULL,
        cancel_minutes int NOT NULL,
        per_week int NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((kind = 'hours') = (host_id IS NOT NULL))
      );
      CREATE INDEX ON affairs.bookable (unit_id);
      CREATE INDEX ON affairs.bookable (host_id);
      CREATE INDEX ON affairs.bookable (name, id);

      CREATE TABLE affairs.booking (
        id uuid PRIMARY KEY,
        bookable_id uuid NOT NULL REFERENCES affairs.bookable,
        student_id uuid NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        attendees int NOT NULL CHECK (attendees > 0),
        exclusive boolean NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting','offered','booked','attended','no_show','cancelled','lapsed')),
        series_id uuid,
        note bytea,
        offered_until timestamptz CHECK ((offered_until IS NOT NULL) = (status = 'offered')),
        ended_at timestamptz,
        by_staff boolean NOT NULL,
        appeal bytea,
        appealed_at timestamptz,
        answered_at timestamptz,
        forgiven boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (starts_at < ends_at),
        -- whatever is asked at the same time: one booking at a time of what is used by one alone, and one place at a time of a student
        CONSTRAINT booking_exclusive EXCLUDE USING gist (bookable_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
          WHERE (exclusive AND status IN ('offered','booked','attended','no_show')),
        CONSTRAINT booking_own EXCLUDE USING gist (student_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status = 'booked')
      );
      CREATE INDEX ON affairs.booking (bookable_id, starts_at);
      CREATE INDEX ON affairs.booking (student_id, starts_at);
      CREATE INDEX ON affairs.booking (starts_at, id);
      CREATE INDEX ON affairs.booking (updated_at, id);
      CREATE INDEX ON affairs.booking (bookable_id, id) WHERE status = 'waiting';

      CREATE TABLE affairs.booking_feed (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        digest bytea NOT NULL UNIQUE,
        withdrawn_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON affairs.booking_feed (person_id, created_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
