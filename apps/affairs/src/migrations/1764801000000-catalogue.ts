import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Items of the service catalogue, and their published versions. A version is added and never changed, by somebody who did not write it:
 * both are kept by the table.
 */
export class Catalogue1764801000000 implements MigrationInterface {
  name = 'Catalogue1764801000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.item (
        id uuid PRIMARY KEY,
        code text NOT NULL CONSTRAINT item_code UNIQUE CHECK (code ~ '^[a-z][a-z0-9-]{0,49}$'),
        number int CHECK (number >= 1),
        draft jsonb,
        drafted_by text[] NOT NULL DEFAULT '{}',
        retired_at timestamptz,
        retired_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (number IS NOT NULL OR draft IS NOT NULL),
        CHECK ((draft IS NULL) = (cardinality(drafted_by) = 0)),
        CHECK ((retired_at IS NULL) = (retired_by IS NULL) AND (retired_at IS NULL OR number IS NOT NULL))
      );
      CREATE TABLE affairs.item_version (
        item_id uuid NOT NULL REFERENCES affairs.item,
        number int NOT NULL CHECK (number >= 1),
        content jsonb NOT NULL,
        -- who wrote it: ids of persons, or apps
        drafted_by text[] NOT NULL CHECK (cardinality(drafted_by) > 0),
        published_by text NOT NULL,
        published_at timestamptz NOT NULL,
        -- how the Chinese name is typed by sound, from each syllable on: zaiduzhengming, duzhengming, zdzm, dzm …
        sounds text[] NOT NULL,
        PRIMARY KEY (item_id, number),
        CONSTRAINT item_second_person CHECK (published_by <> ALL (drafted_by)),
        -- what the house brings with it was published by nobody of the school, and can only be the first
        CHECK (published_by ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' OR (published_by = 'system:affairs' AND number = 1))
      );
      ALTER TABLE affairs.item ADD FOREIGN KEY (id, number) REFERENCES affairs.item_version (item_id, number);
      CREATE FUNCTION affairs.keep_item_version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'A published version of an item never changes'; END $$;
      CREATE TRIGGER item_version_kept BEFORE UPDATE OR DELETE ON affairs.item_version
        FOR EACH ROW EXECUTE FUNCTION affairs.keep_item_version();
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
