import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Imports and their files, where rows came from, and a membership table that takes hundreds of thousands of rows at once. */
export class Imports1763750020000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE directory.import (
        id uuid PRIMARY KEY,
        -- order in which imports were accepted and take effect
        number int NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind IN ('roster','places')),
        -- the system the files come from; an import replaces what the same source brought before
        source text NOT NULL,
        dry_run boolean NOT NULL,
        allow_shrink boolean NOT NULL,
        file_name text NOT NULL,
        bytes int NOT NULL,
        sha256 text NOT NULL,
        job_id uuid NOT NULL,
        requested_by text NOT NULL,
        status text NOT NULL CHECK (status IN ('requested','succeeded','failed')),
        -- counts, and for a dry run samples; never personal data
        result jsonb,
        finished_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON directory.import (kind, source, number);

      -- the uploaded bytes in parts; deleted after the days the policy says
      CREATE TABLE directory.import_file (
        import_id uuid NOT NULL REFERENCES directory.import,
        part int NOT NULL,
        bytes bytea NOT NULL,
        PRIMARY KEY (import_id, part)
      );

      -- what a source calls our people, units and terms
      CREATE TABLE directory.source_link (
        source text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('person','unit','term')),
        sourced_id text NOT NULL,
        id uuid NOT NULL,
        PRIMARY KEY (source, kind, sourced_id)
      );

      -- which source keeps the row up to date; NULL = none, it was made here
      ALTER TABLE directory.membership ADD COLUMN source text;
      ALTER TABLE directory.residence ADD COLUMN source text;
      ALTER TABLE directory.place ADD COLUMN source text;

      CREATE INDEX ON directory.person (number, id);

      -- A UUIDv7 (RFC 9562) for rows that are made by the set, where no application could name them one by one.
      CREATE FUNCTION directory.new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
        SELECT ('0' || to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint) || '-7' || substr(gen_random_uuid()::text, 16))::uuid
      $$;

      -- Checked once per statement instead of once per row: foreign keys and the exclusion constraint made an import six times slower.
      ALTER TABLE directory.membership
        DROP CONSTRAINT membership_person_id_fkey,
        DROP CONSTRAINT membership_unit_id_fkey,
        DROP CONSTRAINT membership_person_id_unit_id_daterange_excl;
      DROP INDEX directory.membership_person_id_idx;
      CREATE UNIQUE INDEX membership_start ON directory.membership (person_id, unit_id, valid_from);
      CREATE FUNCTION directory.check_membership() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT person_id FROM changed EXCEPT SELECT id FROM directory.person)
            OR EXISTS (SELECT unit_id FROM changed EXCEPT SELECT id FROM directory.unit) THEN
            RAISE foreign_key_violation USING MESSAGE = 'a membership names a person or unit that does not exist';
          END IF;
          IF EXISTS (SELECT 1 FROM changed c JOIN directory.membership m
                ON m.person_id = c.person_id AND m.unit_id = c.unit_id AND m.id <> c.id
               AND daterange(m.valid_from, m.valid_to) && daterange(c.valid_from, c.valid_to)) THEN
            RAISE exclusion_violation USING MESSAGE = 'two memberships of a person in a unit overlap';
          END IF;
          RETURN NULL;
        END $$;
      CREATE TRIGGER check_insert AFTER INSERT ON directory.membership REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION directory.check_membership();
      CREATE TRIGGER check_update AFTER UPDATE ON directory.membership REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION directory.check_membership();
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
