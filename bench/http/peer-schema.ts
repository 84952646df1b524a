/** Better than ours where it helps: an index for two characters of a name, an audit without a chain. */
export const PEER_SCHEMA = `
  CREATE SCHEMA bench;
  CREATE TABLE bench.audit (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz NOT NULL DEFAULT now(), person_id uuid, action text, subject text);
  CREATE INDEX ON bench.audit (subject, at);
  CREATE INDEX ON bench.audit (person_id, at);
  CREATE FUNCTION bench.pairs(t text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ARRAY(SELECT substr(t, i, 2) FROM generate_series(1, length(t) - 1) i);
  CREATE INDEX ON directory.person USING gin (bench.pairs(name));
  CREATE TABLE bench.leave (id uuid PRIMARY KEY, student_id uuid NOT NULL, kind text NOT NULL, status text NOT NULL, starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL, planned_ends_at timestamptz NOT NULL, reason text NOT NULL, destination text NOT NULL, contact text,
    urgent boolean NOT NULL, attachments text[] NOT NULL, papers_owed boolean NOT NULL, submitted_by uuid, round int NOT NULL, returned_count int NOT NULL,
    return_by timestamptz, returned_at timestamptz, closed_how text, extension_ends_at timestamptz, extension_reason text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), version int NOT NULL DEFAULT 1);
  CREATE INDEX ON bench.leave (student_id, starts_at);
  CREATE INDEX ON bench.leave (starts_at, id);
  CREATE INDEX ON bench.leave (created_at, id);
  CREATE INDEX ON bench.leave (status, return_by) WHERE status IN ('submitted','returned','approved');
  CREATE TABLE bench.leave_step (id uuid PRIMARY KEY, leave_id uuid NOT NULL REFERENCES bench.leave, round int NOT NULL, position int NOT NULL,
    kind text NOT NULL, unit_kind text, policy_version int NOT NULL, decision text NOT NULL, decided_by uuid, decided_at timestamptz, comment text,
    UNIQUE (leave_id, round, position));
  CREATE TABLE bench.leave_action (id uuid PRIMARY KEY, leave_id uuid NOT NULL REFERENCES bench.leave, action text NOT NULL, person_id uuid,
    app text NOT NULL, comment text, occurred_at timestamptz NOT NULL DEFAULT clock_timestamp());
  CREATE INDEX ON bench.leave_action (leave_id, id);
`;
