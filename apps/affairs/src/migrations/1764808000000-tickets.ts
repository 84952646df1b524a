import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What students report, ask and complain about, and what became of it. */
export class Tickets1764808000000 implements MigrationInterface {
  name = 'Tickets1764808000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.ticket (
        id uuid PRIMARY KEY,
        -- of an anonymous ticket its own id
        student_id uuid NOT NULL,
        anonymous boolean NOT NULL,
        code_hash text CONSTRAINT ticket_code UNIQUE,
        kind text NOT NULL,
        kind_group text NOT NULL,
        policy_version int NOT NULL,
        place_id uuid,
        text bytea NOT NULL,
        contact bytea,
        unit_id uuid NOT NULL,
        assignee_id uuid,
        status text NOT NULL CHECK (status IN ('open','assigned','waiting','merged','done','closed')),
        main_id uuid REFERENCES affairs.ticket,
        refused_by uuid[] NOT NULL,
        reported_at timestamptz NOT NULL,
        answer_due_at timestamptz NOT NULL,
        answered_at timestamptz,
        done_due_at timestamptz NOT NULL,
        done_at timestamptz,
        waiting_since timestamptz,
        escalation int NOT NULL CHECK (escalation BETWEEN 0 AND 2),
        urged int NOT NULL,
        urged_at timestamptz,
        reopened int NOT NULL,
        closed_at timestamptz,
        closed_by text CHECK (closed_by IN ('sender','silence','withdrawn')),
        rating int CHECK (rating BETWEEN 1 AND 5),
        rating_comment bytea,
        rated_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (anonymous = (student_id = id) AND anonymous = (code_hash IS NOT NULL)),
        CHECK (status <> 'merged' OR main_id IS NOT NULL),
        CHECK (main_id <> id),
        CHECK ((status = 'assigned') <= (assignee_id IS NOT NULL)),
        CHECK ((status = 'waiting') = (waiting_since IS NOT NULL)),
        CHECK (status <> 'done' OR done_at IS NOT NULL),
        CHECK ((status = 'closed') = (closed_at IS NOT NULL) AND (closed_at IS NULL) = (closed_by IS NULL)),
        CHECK ((rating IS NULL) = (rated_at IS NULL))
      );
      CREATE INDEX ON affairs.ticket (student_id, reported_at);
      CREATE INDEX ON affairs.ticket (unit_id, reported_at);
      CREATE INDEX ON affairs.ticket (assignee_id) WHERE assignee_id IS NOT NULL;
      CREATE INDEX ON affairs.ticket (main_id) WHERE main_id IS NOT NULL;
      CREATE INDEX ON affairs.ticket (reported_at, id);
      CREATE INDEX ON affairs.ticket (updated_at, id);
      CREATE INDEX ON affairs.ticket (done_due_at, id);
      CREATE INDEX ON affairs.ticket (done_at) WHERE done_at IS NOT NULL;
      -- reports of the same
      CREATE INDEX ON affairs.ticket (kind, place_id, reported_at) WHERE status IN ('open','assigned','waiting');

      CREATE TABLE affairs.ticket_action (
        id uuid PRIMARY KEY,
        ticket_id uuid NOT NULL REFERENCES affairs.ticket,
        student_id uuid NOT NULL,
        action text NOT NULL,
        at timestamptz NOT NULL,
        person_id uuid,
        app text NOT NULL,
        text bytea,
        unit_id uuid,
        assignee_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON affairs.ticket_action (ticket_id, id);
      CREATE INDEX ON affairs.ticket_action (student_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
