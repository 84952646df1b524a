/**
 * SQL of the tables in which a service keeps its cases, for one of its migrations: `await runner.query(workflowTables('affairs'))`.
 * `workflow_action` is the truth; `workflow` and `workflow_step` are made from it, for lists and inboxes.
 */
export function workflowTables(schema: string): string {
  const s = `"${schema}"`;
  return `
    -- published definitions never change; what runs keeps its version
    CREATE TABLE ${s}.workflow_definition (
      key text NOT NULL,
      version int NOT NULL,
      content json NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (key, version)
    );

    CREATE TABLE ${s}.workflow (
      id uuid PRIMARY KEY,
      definition text NOT NULL,
      definition_version int NOT NULL,
      -- the row of the service that is decided on
      subject_id uuid NOT NULL,
      -- whose units say who holds a post over the case
      person_id uuid,
      own_matter_of uuid[] NOT NULL,
      status text NOT NULL CHECK (status IN ('running','returned','approved','rejected','withdrawn')),
      suspended boolean NOT NULL,
      due_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      version int NOT NULL,
      FOREIGN KEY (definition, definition_version) REFERENCES ${s}.workflow_definition
    );
    CREATE INDEX ON ${s}.workflow (subject_id, id);
    CREATE INDEX ON ${s}.workflow (due_at) WHERE due_at IS NOT NULL;

    -- signatures that are asked for, or were given; signer 0 = the correction of a returned case
    CREATE TABLE ${s}.workflow_step (
      workflow_id uuid NOT NULL REFERENCES ${s}.workflow,
      signer int NOT NULL,
      visit int NOT NULL,
      step text NOT NULL,
      state text NOT NULL CHECK (state IN ('open','waiting','approved','rejected','returned','void')),
      candidates uuid[] NOT NULL,
      -- the rule that found the candidates; null: named persons
      post text,
      unit_kind text,
      -- a seat of one's own, of which the post has several
      apart boolean NOT NULL,
      stand_in boolean NOT NULL,
      -- who was asked for an answer; it comes back to the candidates
      answering uuid,
      decided_by uuid,
      instead_of uuid,
      entered_at timestamptz NOT NULL,
      decided_at timestamptz,
      PRIMARY KEY (workflow_id, signer)
    );
    -- the inbox, and what nobody can decide
    CREATE INDEX ON ${s}.workflow_step USING gin (candidates) WHERE state = 'open';
    CREATE INDEX ON ${s}.workflow_step (answering) WHERE state = 'open' AND answering IS NOT NULL;

    -- append-only: who did what, when, from which state to which; no = its place in the fold, null for the service's own entries
    CREATE TABLE ${s}.workflow_action (
      id uuid PRIMARY KEY,
      subject_id uuid NOT NULL,
      workflow_id uuid REFERENCES ${s}.workflow,
      no int,
      action text NOT NULL,
      person_id uuid,
      app text NOT NULL,
      comment text,
      from_state text,
      to_state text,
      definition_version int,
      -- as it was written, byte for byte: replaying it gives the same case
      content json,
      occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      UNIQUE (workflow_id, no),
      CHECK ((no IS NULL) = (content IS NULL))
    );
    CREATE INDEX ON ${s}.workflow_action (subject_id, id);

    -- who is away, and who signs meanwhile; both see what waits
    CREATE TABLE ${s}.workflow_absence (
      id uuid PRIMARY KEY,
      person_id uuid NOT NULL,
      stand_in_id uuid NOT NULL CHECK (stand_in_id <> person_id),
      starts_at timestamptz NOT NULL,
      ends_at timestamptz NOT NULL CHECK (ends_at > starts_at)
    );
    CREATE INDEX ON ${s}.workflow_absence (stand_in_id, ends_at);
    CREATE INDEX ON ${s}.workflow_absence (person_id, ends_at);
  `;
}

/**
 * SQL of what came later, for the next migration after `workflowTables`: cases about a unit or a place, deadlines that have passed, and
 * absences that people record.
 */
export function workflowTablesSince(schema: string): string {
  const s = `"${schema}"`;
  return `
    CREATE EXTENSION IF NOT EXISTS btree_gist;
    -- the unit or place a case is about, beside or instead of a person
    ALTER TABLE ${s}.workflow ADD unit_id uuid;
    -- the deadline of the step under way that has passed
    ALTER TABLE ${s}.workflow ADD overdue_since timestamptz;

    -- the post of the rule is one over the unit or place
    ALTER TABLE ${s}.workflow_step ADD over_unit boolean NOT NULL DEFAULT FALSE;
    -- candidates by escalation, and the post that found them; null: a named person
    ALTER TABLE ${s}.workflow_step ADD also uuid[] NOT NULL DEFAULT '{}';
    ALTER TABLE ${s}.workflow_step ADD also_post text;

    ALTER TABLE ${s}.workflow_absence
      ADD created_at timestamptz NOT NULL DEFAULT now(),
      ADD updated_at timestamptz NOT NULL DEFAULT now(),
      ADD version int NOT NULL DEFAULT 1,
      -- when it was taken back; then ends_at is that instant, or starts_at when it had not begun
      ADD ended_at timestamptz,
      DROP CONSTRAINT workflow_absence_check1,
      ADD CONSTRAINT absence_period CHECK (ends_at >= starts_at),
      ADD CONSTRAINT absence_overlap EXCLUDE USING gist (person_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
    CREATE INDEX ON ${s}.workflow_absence (starts_at, id);
  `;
}

/** SQL of what came last, for the next migration after `workflowTablesSince`: posts over units that rules name. */
export function workflowTablesNamedUnits(schema: string): string {
  const s = `"${schema}"`;
  return `
    -- the rule's post is one over the unit with this code; the same of the post that found those by escalation
    ALTER TABLE ${s}.workflow_step ADD named_unit text, ADD also_unit text;
    CREATE INDEX ON ${s}.workflow_step (named_unit, post) WHERE named_unit IS NOT NULL;
    CREATE INDEX ON ${s}.workflow_step (decided_by) WHERE decided_by IS NOT NULL;
  `;
}

/**
 * SQL of the comments, for the next migration after `workflowTablesNamedUnits`: they leave the history, in which they lay in clear, and are
 * sealed. `studentOf`: SQL over an entry `a` of the history, whose key seals its comment.
 */
export function workflowTablesComments(schema: string, studentOf: string): string {
  const s = `"${schema}"`;
  return `
    CREATE TABLE ${s}.workflow_comment (
      id uuid PRIMARY KEY REFERENCES ${s}.workflow_action ON DELETE CASCADE,
      student_id uuid NOT NULL,
      text bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      version int NOT NULL DEFAULT 1
    );
    CREATE INDEX ON ${s}.workflow_comment (student_id);
    INSERT INTO ${s}.workflow_comment (id, student_id, text, created_at)
    SELECT a.id, ${studentOf}, convert_to(a.comment, 'UTF8'), a.occurred_at FROM ${s}.workflow_action a WHERE a.comment IS NOT NULL;
    ALTER TABLE ${s}.workflow_action DROP COLUMN comment;
  `;
}
