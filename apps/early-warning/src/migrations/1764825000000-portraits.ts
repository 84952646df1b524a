import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Group portraits: what was published, week by week, and who is counted together. */
export class Portraits1764825000000 implements MigrationInterface {
  name = 'Portraits1764825000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- one per week, which is named by its Monday; never worked out again
      CREATE TABLE early_warning.portrait_snapshot (
        id uuid PRIMARY KEY,
        week date NOT NULL,
        policy_version int NOT NULL,
        least int NOT NULL CHECK (least >= 5),
        published_at timestamptz NOT NULL,
        withdrawn_at timestamptz,
        withdrawn_by uuid,
        withdrawn_for text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT portrait_snapshot_week UNIQUE (week),
        CHECK (extract(isodow FROM week) = 1),
        CHECK ((withdrawn_at IS NULL) = (withdrawn_for IS NULL))
      );

      -- a metric of a unit or place in a week; without figures: withheld, and nobody is told why
      CREATE TABLE early_warning.portrait_cell (
        id uuid PRIMARY KEY,
        snapshot_id uuid NOT NULL REFERENCES early_warning.portrait_snapshot (id),
        tree text NOT NULL,
        unit_id uuid NOT NULL,
        metric smallint NOT NULL,
        students int CHECK (students >= 5),
        mean double precision,
        low_quartile double precision,
        median double precision,
        high_quartile double precision,
        CONSTRAINT portrait_cell_once UNIQUE (snapshot_id, metric, unit_id),
        CHECK ((students IS NULL) = (mean IS NULL)),
        CHECK (median IS NULL OR mean IS NOT NULL),
        CHECK ((low_quartile IS NULL) = (median IS NULL) AND (high_quartile IS NULL) = (median IS NULL))
      );
      CREATE INDEX ON early_warning.portrait_cell (snapshot_id, id);
      CREATE INDEX ON early_warning.portrait_cell (unit_id, metric);
      CREATE INDEX ON early_warning.portrait_cell (metric, tree);

      -- who is counted together, by ordinal (which is nobody's once its student was erased); only groups of many ever part.
      -- metric: NULL = of all metrics of the tree of which no record is a zero
      CREATE TABLE early_warning.portrait_group (
        id uuid PRIMARY KEY,
        tree text NOT NULL,
        metric smallint,
        path uuid[] NOT NULL,
        members int[] NOT NULL CHECK (cardinality(members) > 0),
        closed boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON early_warning.portrait_group (tree, metric);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
