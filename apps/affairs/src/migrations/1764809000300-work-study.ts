import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Work-study: posts, who has them, shifts and payrolls. */
export class WorkStudy1764809000300 implements MigrationInterface {
  name = 'WorkStudy1764809000300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.work_study_post (
        id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        title text NOT NULL,
        description text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('fixed','temporary')),
        location text NOT NULL CHECK (location IN ('on_campus','off_campus')),
        region text NOT NULL,
        agreement text CHECK ((agreement IS NOT NULL) = (location = 'off_campus')),
        hourly_fen int NOT NULL CHECK (hourly_fen > 0),
        places int NOT NULL CHECK (places > 0),
        starts_on date NOT NULL,
        ends_on date NOT NULL CHECK (ends_on >= starts_on),
        status text NOT NULL CHECK (status IN ('draft','open','closed')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON affairs.work_study_post (created_at, id);
      CREATE INDEX ON affairs.work_study_post (updated_at, id);
      CREATE INDEX ON affairs.work_study_post (unit_id);

      -- students who come first (families in hardship), until when: of whom nobody is told
      CREATE TABLE affairs.work_study_priority (
        student_id uuid PRIMARY KEY,
        until date NOT NULL
      );

      CREATE TABLE affairs.work_study_application (
        id uuid PRIMARY KEY,
        post_id uuid NOT NULL REFERENCES affairs.work_study_post,
        student_id uuid NOT NULL,
        statement bytea,
        status text NOT NULL CHECK (status IN ('submitted','assigned','declined','withdrawn','ended')),
        asked_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE UNIQUE INDEX work_study_application_once ON affairs.work_study_application (post_id, student_id)
        WHERE status IN ('submitted','assigned');
      CREATE INDEX ON affairs.work_study_application (student_id);
      CREATE INDEX ON affairs.work_study_application (asked_at, id);
      CREATE INDEX ON affairs.work_study_application (updated_at, id);

      CREATE TABLE affairs.work_study_shift (
        id uuid PRIMARY KEY,
        post_id uuid NOT NULL REFERENCES affairs.work_study_post,
        student_id uuid NOT NULL,
        day date NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        minutes int NOT NULL CHECK (minutes >= 0),
        hourly_fen int NOT NULL CHECK (hourly_fen > 0),
        status text NOT NULL CHECK (status IN ('booked','confirmed','cancelled')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (starts_at < ends_at),
        CONSTRAINT work_study_shift_own EXCLUDE USING gist (student_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
          WHERE (status <> 'cancelled')
      );
      CREATE INDEX ON affairs.work_study_shift (starts_at, id);
      CREATE INDEX ON affairs.work_study_shift (updated_at, id);
      CREATE INDEX ON affairs.work_study_shift (student_id, day);
      CREATE INDEX ON affairs.work_study_shift (post_id, day);

      CREATE TABLE affairs.payroll (
        id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        month text NOT NULL CHECK (month ~ '^\\d{4}-(0[1-9]|1[0-2])$'),
        number int NOT NULL,
        status text NOT NULL CHECK (status IN ('draft','closed','discarded')),
        closed_at timestamptz CHECK ((closed_at IS NOT NULL) = (status = 'closed')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT payroll_number UNIQUE (unit_id, month, number)
      );
      CREATE UNIQUE INDEX payroll_one_draft ON affairs.payroll (unit_id, month) WHERE status = 'draft';
      CREATE INDEX ON affairs.payroll (month, id);
      CREATE INDEX ON affairs.payroll (updated_at, id);

      CREATE TABLE affairs.payroll_line (
        id uuid PRIMARY KEY,
        payroll_id uuid NOT NULL REFERENCES affairs.payroll,
        student_id uuid NOT NULL,
        post_id uuid NOT NULL REFERENCES affairs.work_study_post,
        minutes int NOT NULL,
        hourly_fen int NOT NULL CHECK (hourly_fen > 0),
        amount_fen int NOT NULL,
        -- a row is taken back once
        reverses uuid CONSTRAINT payroll_line_reversed_once UNIQUE REFERENCES affairs.payroll_line,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((minutes < 0) = (reverses IS NOT NULL))
      );
      CREATE INDEX ON affairs.payroll_line (payroll_id, id);
      CREATE INDEX ON affairs.payroll_line (student_id);

      -- whatever the code does: rows of a closed payroll stay as they are
      CREATE FUNCTION affairs.keep_closed_payroll() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT FROM affairs.payroll p WHERE p.status = 'closed' AND p.id IN (OLD.payroll_id, NEW.payroll_id)) THEN
          RAISE EXCEPTION 'a closed payroll does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_line_closed';
        END IF;
        RETURN coalesce(NEW, OLD);
      END $$;
      CREATE TRIGGER payroll_line_closed BEFORE INSERT OR UPDATE OR DELETE ON affairs.payroll_line
        FOR EACH ROW EXECUTE FUNCTION affairs.keep_closed_payroll();
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
