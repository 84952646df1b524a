import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What students choose about kinds of processing of their data: append-only, the latest of a kind counts. */
export class Processing1764826000100 implements MigrationInterface {
  name = 'Processing1764826000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE early_warning.processing_choice (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('rules', 'risk', 'portraits', 'resources', 'publication')),
        -- of the student and kind, from 1
        number int NOT NULL CHECK (number > 0),
        what text NOT NULL CHECK (what IN ('consented', 'consent_withdrawn', 'objected', 'objection_withdrawn', 'objection_upheld',
          'objection_refused')),
        -- the student's reason, or the answer to an objection
        text bytea,
        -- version of the rules, and so of the text that was shown
        policy_number int NOT NULL,
        -- NULL: an app by itself, on behalf of the student
        chosen_by uuid,
        chosen_by_app text NOT NULL,
        chosen_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT processing_choice_in_turn UNIQUE (student_id, kind, number),
        CONSTRAINT processing_objection_weighed_by_another
          CHECK (what NOT IN ('objection_upheld', 'objection_refused') OR chosen_by IS NOT NULL AND chosen_by <> student_id)
      );
      CREATE INDEX ON early_warning.processing_choice (chosen_at, id);
      CREATE INDEX ON early_warning.processing_choice (student_id, chosen_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
