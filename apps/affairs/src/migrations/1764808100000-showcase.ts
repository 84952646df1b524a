import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Showcase campaigns, the works handed in to them, what the school nominates, and what reviewers say. */
export class Showcase1764808100000 implements MigrationInterface {
  name = 'Showcase1764808100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.showcase_campaign (
        id uuid PRIMARY KEY,
        title text NOT NULL,
        year int NOT NULL,
        phases jsonb NOT NULL,
        sections jsonb NOT NULL,
        per_school int NOT NULL CHECK (per_school > 0),
        per_section int NOT NULL CHECK (per_section > 0),
        reviewer_ids uuid[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON affairs.showcase_campaign (year, id);

      -- every two characters that follow each other; none of a text of one
      CREATE FUNCTION affairs.bigrams(whole text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT coalesce(array_agg(DISTINCT substr(lower(whole), i, 2)), '{}') FROM generate_series(1, length(whole) - 1) i $$;

      CREATE TABLE affairs.showcase_work (
        id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL REFERENCES affairs.showcase_campaign,
        unit_id uuid NOT NULL,
        section text NOT NULL,
        title text NOT NULL,
        abstract text NOT NULL,
        body text NOT NULL,
        person_id uuid,
        withdrawn_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON affairs.showcase_work (campaign_id, section);
      CREATE INDEX ON affairs.showcase_work (unit_id);
      CREATE INDEX ON affairs.showcase_work (created_at, id);
      CREATE INDEX ON affairs.showcase_work (updated_at, id);
      CREATE INDEX showcase_work_bigrams ON affairs.showcase_work USING gin (affairs.bigrams(title || ' ' || abstract));

      CREATE TABLE affairs.showcase_nomination (
        id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL REFERENCES affairs.showcase_campaign,
        work_id uuid NOT NULL REFERENCES affairs.showcase_work,
        section text NOT NULL,
        school_place int NOT NULL CHECK (school_place > 0),
        section_place int NOT NULL CHECK (section_place > 0),
        reason text NOT NULL,
        effect text NOT NULL,
        person_id uuid,
        nominated_at timestamptz NOT NULL,
        withdrawn_at timestamptz,
        selected_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (selected_at IS NULL OR withdrawn_at IS NULL)
      );
      -- a place is held by one nomination, whatever is asked at the same time; taken back it is free
      CREATE UNIQUE INDEX showcase_work_once ON affairs.showcase_nomination (work_id) WHERE withdrawn_at IS NULL;
      CREATE UNIQUE INDEX showcase_school_place ON affairs.showcase_nomination (campaign_id, school_place) WHERE withdrawn_at IS NULL;
      CREATE UNIQUE INDEX showcase_section_place ON affairs.showcase_nomination (campaign_id, section, section_place) WHERE withdrawn_at IS NULL;
      CREATE INDEX ON affairs.showcase_nomination (nominated_at, id);
      CREATE INDEX ON affairs.showcase_nomination (work_id);

      CREATE TABLE affairs.showcase_review (
        id uuid PRIMARY KEY,
        nomination_id uuid NOT NULL REFERENCES affairs.showcase_nomination,
        reviewer_id uuid NOT NULL,
        score int NOT NULL CHECK (score BETWEEN 0 AND 100),
        opinion text NOT NULL,
        reviewed_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT showcase_review_once UNIQUE (nomination_id, reviewer_id)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
