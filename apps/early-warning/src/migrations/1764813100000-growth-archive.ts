import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createFileTable } from '#files';

/** The growth archive of students, and what they record in it themselves. */
export class GrowthArchive1764813100000 implements MigrationInterface {
  name = 'GrowthArchive1764813100000';

  async up(runner: QueryRunner): Promise<void> {
    await createFileTable(runner, 'early-warning');
    await runner.query(`
      CREATE TABLE early_warning.archive_entry (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        kind text NOT NULL,
        -- codes of the policy
        area text NOT NULL,
        track text,
        happened_on date NOT NULL,
        title_zh bytea,
        title_en bytea,
        level text,
        credits numeric(8,2),
        hours numeric(8,2),
        -- the service that it is from, and the id of what it tells of there
        source text NOT NULL,
        source_id uuid NOT NULL,
        work_id uuid NOT NULL,
        visibility text NOT NULL CHECK (visibility IN ('student','counselor','school')),
        in_book boolean NOT NULL,
        policy_number int NOT NULL,
        -- this entry says that that one counts no more; once for each
        reverses_id uuid CONSTRAINT archive_entry_reversed_once UNIQUE REFERENCES early_warning.archive_entry,
        reversed_for text CHECK ((reversed_for IS NULL) = (reverses_id IS NULL)),
        reversed boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((title_zh IS NULL) = (reverses_id IS NOT NULL)),
        CHECK (NOT (reversed AND reverses_id IS NOT NULL))
      );
      -- of one thing there is one entry that counts, however often it is told of
      CREATE UNIQUE INDEX archive_entry_once ON early_warning.archive_entry (source, kind, source_id) WHERE NOT reversed AND reverses_id IS NULL;
      CREATE INDEX ON early_warning.archive_entry (student_id, happened_on, id);
      CREATE INDEX ON early_warning.archive_entry (happened_on, id);
      CREATE INDEX ON early_warning.archive_entry (updated_at, id);

      -- whatever the code does: what an entry says stays; who sees it, and that it is reversed, may change
      CREATE FUNCTION early_warning.keep_archive_entry() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF (to_jsonb(NEW) - ARRAY['visibility','in_book','reversed','updated_at','version'])
           IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['visibility','in_book','reversed','updated_at','version'])
           OR (OLD.reversed AND NOT NEW.reversed) THEN
          RAISE EXCEPTION 'an entry of the archive does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archive_entry_stays';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER archive_entry_stays BEFORE UPDATE ON early_warning.archive_entry
        FOR EACH ROW EXECUTE FUNCTION early_warning.keep_archive_entry();

      CREATE TABLE early_warning.own_entry (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        area text NOT NULL,
        track text,
        happened_on date NOT NULL,
        title bytea NOT NULL,
        text bytea,
        status text NOT NULL CHECK (status IN ('submitted','verified','refused','withdrawn')),
        -- why it was refused, or taken back
        answer bytea,
        decided_by text CHECK ((decided_by IS NULL) = (status IN ('submitted','withdrawn'))),
        decided_at timestamptz CHECK ((decided_at IS NULL) = (status IN ('submitted','withdrawn'))),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON early_warning.own_entry (student_id, created_at);
      CREATE INDEX ON early_warning.own_entry (created_at, id);
      CREATE INDEX ON early_warning.own_entry (updated_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
