import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Two records of one person become one, and can become two again. */
export class Merges1764868000000 implements MigrationInterface {
  name = 'Merges1764868000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE directory.person
        ADD merged_into uuid REFERENCES directory.person,
        ADD CONSTRAINT person_merged_is_inactive CHECK (merged_into IS NULL OR (NOT active AND merged_into <> id));
      CREATE INDEX person_merged_into ON directory.person (merged_into) WHERE merged_into IS NOT NULL;

      -- the merge after which the source calls the person so beside another name: it says where they belong, not who they are
      ALTER TABLE directory.source_link ADD merge_id uuid;

      CREATE TABLE directory.person_merge (
        id uuid PRIMARY KEY,
        kept_id uuid NOT NULL REFERENCES directory.person,
        given_up_id uuid NOT NULL REFERENCES directory.person,
        ground text NOT NULL CHECK (ground IN ('number_changed','second_source','entered_twice')),
        status text NOT NULL CHECK (status IN ('checking','blocked','waiting','confirming','done','refused','undone')),
        -- how often the services were asked for their rows; answers to earlier questions do not count
        round int NOT NULL,
        -- code of the problem that came up between confirming and merging
        obstacle text,
        proposed_by text NOT NULL,
        decided_by text,
        done_at timestamptz,
        undone_by text,
        undone_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (kept_id <> given_up_id),
        CHECK ((status IN ('done','undone')) = (done_at IS NOT NULL)),
        CHECK ((status = 'undone') = (undone_at IS NOT NULL))
      );
      CREATE UNIQUE INDEX person_merge_once ON directory.person_merge (given_up_id) WHERE status NOT IN ('refused','undone');
      CREATE INDEX ON directory.person_merge (kept_id);
      CREATE INDEX ON directory.person_merge (created_at, id);

      -- rows of the record that is given up, by service
      CREATE TABLE directory.merge_count (
        merge_id uuid NOT NULL REFERENCES directory.person_merge,
        round int NOT NULL,
        service text NOT NULL,
        rows int NOT NULL,
        PRIMARY KEY (merge_id, round, service)
      );

      -- every row that a merge changed, as it was and as it became; NULL where it was not there
      CREATE TABLE directory.merge_change (
        merge_id uuid NOT NULL REFERENCES directory.person_merge,
        what text NOT NULL CHECK (what IN ('person','source','membership','residence')),
        row_key text NOT NULL,
        before jsonb,
        after jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (merge_id, what, row_key)
      );

      CREATE OR REPLACE VIEW directory.published_person_v1 AS
        SELECT id, kind, number, name, sex, grade, active, updated_at, merged_into FROM directory.person;
      -- external_id: what the source calls them; NULL where it has no name of its own
      CREATE OR REPLACE VIEW directory.published_staff_source_v1 AS
        SELECT l.source, p.id AS person_id, NULLIF(l.sourced_id, p.id::text) AS external_id
          FROM directory.source_link l JOIN directory.person p ON p.id = l.id
         WHERE l.kind = 'person' AND p.kind = 'staff' AND l.merge_id IS NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
