import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Applications of students for items of the catalogue, from the draft to the decision. */
export class Applications1764802000100 implements MigrationInterface {
  name = 'Applications1764802000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.application (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        item text NOT NULL REFERENCES affairs.item (code),
        item_version int NOT NULL,
        status text NOT NULL CHECK (status IN ('draft','submitted','returned','completed','rejected','withdrawn')),
        -- what is filled in, sealed with the student's key
        data bytea NOT NULL,
        -- ids of files by the key of the material
        materials jsonb NOT NULL,
        sole boolean NOT NULL,
        channel text NOT NULL CHECK (channel IN ('online','counter')),
        created_by uuid,
        created_by_app text NOT NULL,
        workflow_id uuid REFERENCES affairs.workflow,
        submitted_at timestamptz,
        due_at timestamptz,
        ended_at timestamptz,
        returned_count int NOT NULL DEFAULT 0 CHECK (returned_count >= 0),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((status = 'draft') = (submitted_at IS NULL)),
        CHECK ((status IN ('completed','rejected','withdrawn')) = (ended_at IS NOT NULL))
      );
      CREATE UNIQUE INDEX application_sole ON affairs.application (student_id, item)
        WHERE sole AND status IN ('draft','submitted','returned');
      CREATE INDEX ON affairs.application (student_id, id);
      CREATE INDEX ON affairs.application (item, submitted_at);
      CREATE INDEX ON affairs.application (created_at, id);
      CREATE INDEX ON affairs.application (updated_at, id);
      -- as the lists sort by them: what has none comes last
      CREATE INDEX ON affairs.application ((coalesce(submitted_at, 'infinity')), id);
      CREATE INDEX ON affairs.application ((coalesce(due_at, 'infinity')), id);
      CREATE INDEX ON affairs.application (created_by) WHERE status = 'draft';
      CREATE UNIQUE INDEX ON affairs.application (workflow_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
