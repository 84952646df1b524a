import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Units, places, people and their dated memberships, with the published views that other services read. */
export class Roster1763750000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE EXTENSION IF NOT EXISTS btree_gist;

      CREATE TABLE directory.unit (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('school','college','academy','department','major','grade','class','course_class','grid')),
        code text NOT NULL,
        name text NOT NULL,
        parent_id uuid REFERENCES directory.unit,
        term_id uuid,
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        UNIQUE (kind, code)
      );
      CREATE INDEX ON directory.unit (parent_id);
      -- every unit with itself and all units above it, so that "students of a college" is one indexed join
      CREATE TABLE directory.unit_path (
        ancestor_id uuid NOT NULL REFERENCES directory.unit,
        descendant_id uuid NOT NULL REFERENCES directory.unit,
        PRIMARY KEY (descendant_id, ancestor_id)
      );
      CREATE INDEX ON directory.unit_path (ancestor_id);

      CREATE TABLE directory.place (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('campus','building','floor','room','bed')),
        code text NOT NULL,
        name text NOT NULL,
        parent_id uuid REFERENCES directory.place,
        -- rooms belong to a grid of the community
        grid_id uuid REFERENCES directory.unit,
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        UNIQUE (kind, code)
      );
      CREATE INDEX ON directory.place (parent_id);
      CREATE INDEX ON directory.place (grid_id);
      CREATE TABLE directory.place_path (
        ancestor_id uuid NOT NULL REFERENCES directory.place,
        descendant_id uuid NOT NULL REFERENCES directory.place,
        PRIMARY KEY (descendant_id, ancestor_id)
      );
      CREATE INDEX ON directory.place_path (ancestor_id);

      CREATE TABLE directory.person (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('student','staff')),
        -- 学号 or 工号; unique among its kind
        number text NOT NULL,
        name text NOT NULL,
        -- GB/T 2261.1
        sex text NOT NULL DEFAULT '0' CHECK (sex IN ('0','1','2','9')),
        birth_date date,
        -- the year of entry, e.g. 2024
        grade text,
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        UNIQUE (kind, number)
      );

      -- valid_from inclusive, valid_to exclusive, NULL = open
      CREATE TABLE directory.membership (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES directory.person,
        unit_id uuid NOT NULL REFERENCES directory.unit,
        valid_from date NOT NULL,
        valid_to date,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (valid_to IS NULL OR valid_to > valid_from),
        EXCLUDE USING gist (person_id WITH =, unit_id WITH =, daterange(valid_from, valid_to) WITH &&)
      );
      CREATE INDEX ON directory.membership (person_id);
      CREATE INDEX ON directory.membership (unit_id);

      CREATE TABLE directory.residence (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES directory.person,
        bed_id uuid NOT NULL REFERENCES directory.place,
        valid_from date NOT NULL,
        valid_to date,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (valid_to IS NULL OR valid_to > valid_from),
        EXCLUDE USING gist (person_id WITH =, daterange(valid_from, valid_to) WITH &&),
        EXCLUDE USING gist (bed_id WITH =, daterange(valid_from, valid_to) WITH &&)
      );
      CREATE INDEX ON directory.residence (person_id);
      CREATE INDEX ON directory.residence (bed_id);

      CREATE TABLE directory.term (
        id uuid PRIMARY KEY,
        code text NOT NULL UNIQUE,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('school_year','term')),
        -- the year in which the school year ends
        school_year int NOT NULL,
        starts_on date NOT NULL,
        ends_on date NOT NULL,
        parent_id uuid REFERENCES directory.term,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (ends_on > starts_on)
      );
      ALTER TABLE directory.unit ADD FOREIGN KEY (term_id) REFERENCES directory.term;

      -- the school's own exceptions to the national workday calendar
      CREATE TABLE directory.calendar_day (
        id uuid PRIMARY KEY,
        day date NOT NULL UNIQUE,
        workday boolean NOT NULL,
        name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );

      CREATE VIEW directory.published_person_v1 AS
        SELECT id, kind, number, name, sex, grade, active FROM directory.person;
      CREATE VIEW directory.published_student_v1 AS
        SELECT id, number, name, sex, grade, active FROM directory.person WHERE kind = 'student';
      CREATE VIEW directory.published_unit_v1 AS
        SELECT id, kind, code, name, parent_id, active FROM directory.unit
        UNION ALL
        SELECT id, kind, code, name, parent_id, active FROM directory.place;
      -- a place and its grid: which rooms make up a grid
      CREATE VIEW directory.published_grid_place_v1 AS
        SELECT grid_id, id AS place_id, kind FROM directory.place WHERE grid_id IS NOT NULL;
      -- who belongs to which unit and lives in which place, from when to when (exclusive), with every unit and place above
      CREATE VIEW directory.published_membership_v1 AS
        SELECT m.person_id, u.id AS unit_id, u.kind AS unit_kind, m.valid_from, m.valid_to
          FROM directory.membership m
          JOIN directory.unit_path p ON p.descendant_id = m.unit_id
          JOIN directory.unit u ON u.id = p.ancestor_id
        UNION ALL
        SELECT r.person_id, l.id, l.kind, r.valid_from, r.valid_to
          FROM directory.residence r
          JOIN directory.place_path p ON p.descendant_id = r.bed_id
          JOIN directory.place l ON l.id = p.ancestor_id
        UNION ALL
        SELECT r.person_id, l.grid_id, 'grid', r.valid_from, r.valid_to
          FROM directory.residence r
          JOIN directory.place_path p ON p.descendant_id = r.bed_id
          JOIN directory.place l ON l.id = p.ancestor_id
         WHERE l.grid_id IS NOT NULL;
      CREATE VIEW directory.published_term_v1 AS
        SELECT id, code, name, kind, school_year, starts_on, ends_on, parent_id FROM directory.term;
      CREATE VIEW directory.published_calendar_day_v1 AS
        SELECT day, workday, name FROM directory.calendar_day;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
