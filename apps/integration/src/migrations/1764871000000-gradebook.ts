import type { MigrationInterface, QueryRunner } from 'typeorm';

const OF_APPS = `
        id uuid PRIMARY KEY,
        sourced_id text NOT NULL UNIQUE CHECK (sourced_id ~ '^[A-Za-z0-9._~-]{1,100}$'),
        deleted boolean NOT NULL DEFAULT false,
        changed_at timestamptz NOT NULL,
        by_app text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1`;

/** The gradebook of OneRoster 1.2: what apps write of classes of the roster and their students. */
export class Gradebook1764871000000 implements MigrationInterface {
  name = 'Gradebook1764871000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE integration.gradebook_category (${OF_APPS},
        title text NOT NULL,
        weight double precision
      );

      CREATE TABLE integration.gradebook_score_scale (${OF_APPS},
        title text NOT NULL,
        type text NOT NULL,
        class_id uuid NOT NULL,
        course_id text,
        -- [{itemValueLHS, itemValueRHS}]
        scale jsonb NOT NULL
      );
      CREATE INDEX gradebook_score_scale_by_class ON integration.gradebook_score_scale (class_id);

      CREATE TABLE integration.gradebook_line_item (${OF_APPS},
        title text NOT NULL,
        description text,
        assigned_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        class_id uuid NOT NULL,
        term_id uuid,
        category_id uuid NOT NULL REFERENCES integration.gradebook_category,
        score_scale_id uuid REFERENCES integration.gradebook_score_scale,
        lowest double precision,
        highest double precision,
        CHECK (lowest <= highest)
      );
      CREATE INDEX gradebook_line_item_by_class ON integration.gradebook_line_item (class_id);
      CREATE INDEX gradebook_line_item_by_category ON integration.gradebook_line_item (category_id);
      CREATE INDEX gradebook_line_item_by_score_scale ON integration.gradebook_line_item (score_scale_id);

      CREATE TABLE integration.gradebook_result (${OF_APPS},
        line_item_id uuid NOT NULL REFERENCES integration.gradebook_line_item,
        student_id uuid NOT NULL,
        score_scale_id uuid REFERENCES integration.gradebook_score_scale,
        score_status text NOT NULL,
        score_on date NOT NULL,
        score double precision,
        text_score text,
        -- sealed with the student's key
        comment bytea,
        in_progress boolean,
        incomplete boolean,
        late boolean,
        missing boolean,
        -- what is deleted says nothing more of how somebody did
        CHECK (NOT deleted OR num_nonnulls(score, text_score, comment, in_progress, incomplete, late, missing) = 0)
      );
      CREATE INDEX gradebook_result_by_line_item ON integration.gradebook_result (line_item_id);
      CREATE INDEX gradebook_result_by_student ON integration.gradebook_result (student_id);
      CREATE INDEX gradebook_result_by_score_scale ON integration.gradebook_result (score_scale_id);
      CREATE INDEX gradebook_result_by_change ON integration.gradebook_result (changed_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
