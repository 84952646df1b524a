import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Connectors to the systems that a school has, how their files are read, and every run. */
export class Connectors1764840000000 implements MigrationInterface {
  name = 'Connectors1764840000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE integration.connector (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        source text NOT NULL CONSTRAINT connector_source_key UNIQUE,
        paused_at timestamptz,
        -- where its OneRoster service is, as a client of whom, and when it is asked each day
        pull jsonb,
        sealed_secret bytea,
        CHECK ((pull IS NULL) = (sealed_secret IS NULL)),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX connector_by_name ON integration.connector (name, id);

      CREATE TABLE integration.connector_profile (
        id uuid PRIMARY KEY,
        connector_id uuid NOT NULL REFERENCES integration.connector,
        number int NOT NULL,
        mapping jsonb NOT NULL,
        -- persons, or apps by themselves
        drafted_by text[] NOT NULL CHECK (cardinality(drafted_by) > 0),
        tried_at timestamptz,
        tried_rows int,
        tried_problems int,
        published_at timestamptz,
        published_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT connector_profile_number UNIQUE (connector_id, number),
        CONSTRAINT connector_profile_second_person CHECK (published_by IS NULL OR published_by <> ALL (drafted_by)),
        CONSTRAINT connector_profile_tried CHECK (published_at IS NULL OR (tried_at IS NOT NULL AND tried_rows > 0 AND tried_problems = 0)),
        CHECK ((published_at IS NULL) = (published_by IS NULL)),
        CHECK (num_nulls(tried_at, tried_rows, tried_problems) IN (0, 3))
      );
      CREATE UNIQUE INDEX connector_profile_one_draft ON integration.connector_profile (connector_id) WHERE published_at IS NULL;

      CREATE TABLE integration.connector_run (
        id uuid PRIMARY KEY,
        connector_id uuid NOT NULL REFERENCES integration.connector,
        number int NOT NULL,
        profile_id uuid REFERENCES integration.connector_profile,
        dry_run boolean NOT NULL,
        state text NOT NULL CHECK (state IN ('pulling', 'refused', 'queued', 'comparing', 'compared', 'held', 'ready', 'applying', 'applied', 'failed', 'discarded')),
        -- of the file; a listing that was pulled has none
        sha256 text,
        CHECK ((sha256 IS NULL) = (profile_id IS NULL)),
        rows int NOT NULL,
        -- what is wrong, by column and reason, without a value of any row
        problems jsonb NOT NULL,
        -- what it makes, changes and ends
        counts jsonb,
        -- why it is held
        reasons jsonb NOT NULL,
        job_id uuid,
        requested_by text NOT NULL,
        released_by text,
        release_reason text,
        allow_identity_changes boolean NOT NULL DEFAULT false,
        finished_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT connector_run_number UNIQUE (connector_id, number),
        CONSTRAINT connector_run_second_person CHECK (released_by IS NULL OR released_by <> requested_by),
        CHECK ((released_by IS NULL) = (release_reason IS NULL)),
        CHECK ((finished_at IS NOT NULL) = (state IN ('refused', 'compared', 'applied', 'failed', 'discarded')))
      );
      CREATE UNIQUE INDEX connector_run_one_open ON integration.connector_run (connector_id) WHERE finished_at IS NULL;

      -- What a run has pulled until now, sealed: a source that dies is asked for the next page alone.
      CREATE TABLE integration.connector_page (
        run_id uuid NOT NULL REFERENCES integration.connector_run ON DELETE CASCADE,
        resource text NOT NULL,
        page int NOT NULL,
        rows int NOT NULL,
        -- of its resource
        last boolean NOT NULL,
        sealed bytea NOT NULL,
        PRIMARY KEY (run_id, resource, page)
      );

      -- The rows of a run that is not ended, sealed; nothing of a file is kept after that.
      CREATE TABLE integration.connector_run_part (
        run_id uuid NOT NULL REFERENCES integration.connector_run ON DELETE CASCADE,
        part int NOT NULL,
        sealed bytea NOT NULL,
        PRIMARY KEY (run_id, part)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
