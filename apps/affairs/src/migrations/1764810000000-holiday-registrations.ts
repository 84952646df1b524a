import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where students are over a holiday: campaigns, what students register, and who was reminded when. */
export class HolidayRegistrations1764810000000 implements MigrationInterface {
  name = 'HolidayRegistrations1764810000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.holiday_campaign (
        id uuid PRIMARY KEY,
        title jsonb NOT NULL,
        unit_id uuid,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        opens_on date NOT NULL,
        closes_on date NOT NULL,
        unit_ids uuid[] NOT NULL,
        grades text[] NOT NULL,
        destinations jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('draft','open','closed')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (starts_at < ends_at),
        CHECK (opens_on <= closes_on)
      );
      CREATE INDEX ON affairs.holiday_campaign (starts_at, id);
      CREATE INDEX ON affairs.holiday_campaign (updated_at, id);

      CREATE TABLE affairs.holiday_registration (
        id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL REFERENCES affairs.holiday_campaign,
        student_id uuid NOT NULL,
        destination text NOT NULL,
        away boolean NOT NULL,
        status text NOT NULL CHECK (status IN ('submitted','approved','rejected','withdrawn')),
        leaves_at timestamptz,
        returns_at timestamptz,
        guardian_told boolean,
        keeps_bed boolean,
        region bytea,
        address bytea,
        contact bytea,
        note bytea,
        reason bytea,
        on_behalf boolean NOT NULL,
        decided_by text,
        decided_at timestamptz,
        returned_at timestamptz CHECK (returned_at IS NULL OR (away AND status = 'approved')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT holiday_registration_one UNIQUE (campaign_id, student_id),
        CHECK (away = (leaves_at IS NOT NULL) AND away = (returns_at IS NOT NULL)),
        CHECK (leaves_at < returns_at),
        CHECK ((decided_by IS NULL) = (decided_at IS NULL))
      );
      CREATE INDEX ON affairs.holiday_registration (student_id);
      CREATE INDEX ON affairs.holiday_registration (created_at, id);
      CREATE INDEX ON affairs.holiday_registration (updated_at, id);

      -- at most once a day
      CREATE TABLE affairs.holiday_reminder (
        campaign_id uuid NOT NULL REFERENCES affairs.holiday_campaign,
        student_id uuid NOT NULL,
        date date NOT NULL,
        PRIMARY KEY (campaign_id, student_id, date)
      );
      CREATE INDEX ON affairs.holiday_reminder (student_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
