import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When each part of the roster last changed, and what of it was deleted: for those who hand it on to systems that ask for changes only. */
export class RosterChanges1764842000000 implements MigrationInterface {
  name = 'RosterChanges1764842000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- the last that was known of what is no more
      CREATE TABLE directory.deleted_membership (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        secondary boolean NOT NULL,
        deleted_at timestamptz NOT NULL
      );
      CREATE INDEX ON directory.deleted_membership (person_id);
      CREATE INDEX ON directory.deleted_membership (unit_id);
      CREATE FUNCTION directory.keep_deleted_memberships() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO directory.deleted_membership (id, person_id, unit_id, valid_from, valid_to, secondary, deleted_at)
          SELECT id, person_id, unit_id, valid_from, valid_to, secondary, now() FROM before;
        RETURN NULL;
      END $$;
      CREATE TRIGGER keep_deleted AFTER DELETE ON directory.membership REFERENCING OLD TABLE AS before FOR EACH STATEMENT
        EXECUTE FUNCTION directory.keep_deleted_memberships();

      CREATE TABLE directory.deleted_term (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        kind text NOT NULL,
        school_year int NOT NULL,
        starts_on date NOT NULL,
        ends_on date NOT NULL,
        parent_id uuid,
        deleted_at timestamptz NOT NULL
      );
      CREATE FUNCTION directory.keep_deleted_terms() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO directory.deleted_term (id, name, kind, school_year, starts_on, ends_on, parent_id, deleted_at)
          SELECT id, name, kind, school_year, starts_on, ends_on, parent_id, now() FROM before;
        RETURN NULL;
      END $$;
      CREATE TRIGGER keep_deleted AFTER DELETE ON directory.term REFERENCING OLD TABLE AS before FOR EACH STATEMENT
        EXECUTE FUNCTION directory.keep_deleted_terms();

      CREATE OR REPLACE VIEW directory.published_person_v1 AS
        SELECT id, kind, number, name, sex, grade, active, updated_at FROM directory.person;
      CREATE OR REPLACE VIEW directory.published_unit_v1 AS
        SELECT id, kind, code, name, parent_id, active, term_id, updated_at FROM directory.unit
        UNION ALL
        SELECT id, kind, code, name, parent_id, active, NULL, updated_at FROM directory.place;
      CREATE OR REPLACE VIEW directory.published_term_v1 AS
        SELECT id, code, name, kind, school_year, starts_on, ends_on, parent_id, updated_at FROM directory.term;
      CREATE VIEW directory.published_deleted_term_v1 AS
        SELECT id, name, kind, school_year, starts_on, ends_on, parent_id, deleted_at FROM directory.deleted_term;
      -- the units that somebody was put into, without those above them; deleted rows too
      CREATE VIEW directory.published_own_membership_v1 AS
        SELECT id, person_id, unit_id, valid_from, valid_to, secondary, false AS deleted, updated_at FROM directory.membership
        UNION ALL
        SELECT id, person_id, unit_id, valid_from, valid_to, secondary, true, deleted_at FROM directory.deleted_membership;
      -- by itself, because hardly anybody may read it
      CREATE VIEW directory.published_birth_v1 AS
        SELECT id AS person_id, birth_date, sex, active, updated_at FROM directory.person;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
