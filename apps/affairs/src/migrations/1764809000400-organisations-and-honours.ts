import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What students run themselves, who is in it, and honours of units and students. */
export class OrganisationsAndHonours1764809000400 implements MigrationInterface {
  name = 'OrganisationsAndHonours1764809000400';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.organisation (
        id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('union','club','volunteers','community','other')),
        name text NOT NULL,
        founded_on date NOT NULL,
        status text NOT NULL CHECK (status IN ('active','dissolved')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE UNIQUE INDEX organisation_name ON affairs.organisation (unit_id, name) WHERE status = 'active';
      CREATE INDEX ON affairs.organisation (name, id);
      CREATE INDEX ON affairs.organisation (updated_at, id);

      -- an activity that students hold themselves
      ALTER TABLE affairs.activity ADD COLUMN organisation_id uuid REFERENCES affairs.organisation;
      CREATE INDEX ON affairs.activity (organisation_id) WHERE organisation_id IS NOT NULL;

      CREATE TABLE affairs.organisation_member (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES affairs.organisation,
        student_id uuid NOT NULL,
        post text NOT NULL CHECK (post IN ('president','officer','member')),
        valid_from date NOT NULL,
        valid_to date CHECK (valid_to >= valid_from),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT organisation_president EXCLUDE USING gist (organisation_id WITH =, daterange(valid_from, valid_to) WITH &&)
          WHERE (post = 'president'),
        CONSTRAINT organisation_member_once EXCLUDE USING gist (organisation_id WITH =, student_id WITH =, daterange(valid_from, valid_to) WITH &&)
      );
      CREATE INDEX ON affairs.organisation_member (student_id);
      CREATE INDEX ON affairs.organisation_member (valid_from, id);

      CREATE TABLE affairs.honour (
        id uuid PRIMARY KEY,
        unit_id uuid,
        student_id uuid,
        title text,
        level text NOT NULL CHECK (level IN ('national','province','city','school')),
        year int NOT NULL,
        awarded_by text NOT NULL,
        status text NOT NULL CHECK (status IN ('recorded','verified','withdrawn')),
        recorded_by uuid,
        verified_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((unit_id IS NULL) <> (student_id IS NULL)),
        CHECK (title IS NOT NULL OR student_id IS NOT NULL),
        CHECK (recorded_by <> verified_by)
      );
      CREATE UNIQUE INDEX honour_once ON affairs.honour (coalesce(unit_id, student_id), title, level, year) WHERE status <> 'withdrawn';
      CREATE INDEX ON affairs.honour (year, id);
      CREATE INDEX ON affairs.honour (updated_at, id);
      CREATE INDEX ON affairs.honour (student_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
