import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Disputes of students over what is recorded or said of them, and the clocks that stand still meanwhile. */
export class Disputes1764826000000 implements MigrationInterface {
  name = 'Disputes1764826000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- who delivered a batch: a person's id or an app; NULL: an event, or from before this was kept
      ALTER TABLE early_warning.ingest_batch ADD delivered_by text;

      -- while a dispute is open the time limit stands still: what is left of it, in milliseconds (NULL: there was none, or it was over)
      ALTER TABLE early_warning.warning ADD paused_at timestamptz, ADD triage_left_ms bigint,
        ADD CONSTRAINT warning_left_while_paused CHECK (triage_left_ms IS NULL OR paused_at IS NOT NULL);

      CREATE TABLE early_warning.dispute (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        subject text NOT NULL CHECK (subject IN ('warning', 'observation')),
        warning_id uuid REFERENCES early_warning.warning ON DELETE CASCADE,
        -- code of the metric; with the day it names what was observed
        metric text,
        day date,
        kind text NOT NULL CHECK (kind IN ('wrong_data', 'not_me', 'excused', 'other')),
        text bytea NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'upheld', 'rejected', 'withdrawn')),
        round int NOT NULL DEFAULT 1 CHECK (round IN (1, 2)),
        raised_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        provisional boolean NOT NULL,
        -- who recorded the observation or triaged the warning: ids of people and apps
        involved text[] NOT NULL DEFAULT '{}',
        decided_by uuid,
        decided_at timestamptz,
        answer bytea,
        again_text bytea,
        again_by uuid,
        again_at timestamptz,
        again_answer bytea,
        corrections jsonb NOT NULL DEFAULT '[]',
        policy_number int NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((subject = 'warning') = (warning_id IS NOT NULL)),
        CHECK ((subject = 'observation') = (metric IS NOT NULL AND day IS NOT NULL)),
        CHECK (round = 2 OR (status IN ('upheld', 'rejected')) = (decided_by IS NOT NULL)),
        CHECK (round = 1 OR decided_by IS NOT NULL),
        CHECK (again_by IS NULL OR round = 2),
        CONSTRAINT dispute_decided_by_another CHECK (decided_by <> student_id AND again_by IS DISTINCT FROM student_id),
        CONSTRAINT dispute_decided_by_uninvolved CHECK (NOT coalesce(decided_by::text = ANY (involved), FALSE)
          AND NOT coalesce(again_by::text = ANY (involved), FALSE)),
        CONSTRAINT dispute_again_by_another CHECK (again_by <> decided_by)
      );
      CREATE UNIQUE INDEX dispute_one_open_of_warning ON early_warning.dispute (warning_id) WHERE status = 'open';
      CREATE UNIQUE INDEX dispute_one_open_of_observation ON early_warning.dispute (student_id, metric, day) WHERE status = 'open';
      CREATE INDEX ON early_warning.dispute (student_id, raised_at);
      CREATE INDEX ON early_warning.dispute (raised_at, id);
      CREATE INDEX ON early_warning.dispute (due_at, id);
      CREATE INDEX ON early_warning.dispute (warning_id) WHERE warning_id IS NOT NULL;

      -- warnings whose time limit stands still because of a dispute
      CREATE TABLE early_warning.dispute_warning (
        dispute_id uuid NOT NULL REFERENCES early_warning.dispute ON DELETE CASCADE,
        warning_id uuid NOT NULL REFERENCES early_warning.warning ON DELETE CASCADE,
        PRIMARY KEY (dispute_id, warning_id)
      );
      CREATE INDEX ON early_warning.dispute_warning (warning_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
