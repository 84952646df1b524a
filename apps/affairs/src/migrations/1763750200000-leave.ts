import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Leaves, their decisions, their history, and the passes that may show a return. */
export class Leave1763750200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- student_id, submitted_by and decided_by are directory's ids; the use cases check them
      CREATE TABLE affairs.leave (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('personal','sick','official')),
        status text NOT NULL CHECK (status IN ('submitted','returned','approved','rejected','withdrawn','cancelled','closed')),
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        planned_ends_at timestamptz NOT NULL,
        reason text NOT NULL,
        destination text NOT NULL,
        contact text,
        urgent boolean NOT NULL,
        attachments text[] NOT NULL,
        papers_owed boolean NOT NULL,
        submitted_by uuid,
        round int NOT NULL,
        returned_count int NOT NULL,
        extension_ends_at timestamptz,
        extension_reason text,
        return_by timestamptz,
        declared_return_at timestamptz,
        declared_how text CHECK (declared_how IN ('self','staff')),
        gate_return_at timestamptz,
        overdue_at timestamptz,
        closed_how text CHECK (closed_how IN ('gate','self','staff','late')),
        returned_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (planned_ends_at > starts_at AND ends_at >= starts_at AND ends_at <= planned_ends_at),
        CHECK ((status = 'closed') = (closed_how IS NOT NULL)),
        CHECK ((declared_return_at IS NULL) = (declared_how IS NULL))
      );
      CREATE INDEX ON affairs.leave (student_id, starts_at);
      CREATE INDEX ON affairs.leave (starts_at, id);
      CREATE INDEX ON affairs.leave (created_at, id);
      -- what is looked for again and again: what awaits somebody, and what is overdue
      CREATE INDEX ON affairs.leave (status, return_by) WHERE status IN ('submitted','returned','approved');
      CREATE INDEX ON affairs.leave (starts_at, id) WHERE closed_how = 'late';

      CREATE TABLE affairs.leave_step (
        id uuid PRIMARY KEY,
        leave_id uuid NOT NULL REFERENCES affairs.leave,
        round int NOT NULL,
        position int NOT NULL,
        kind text NOT NULL,
        unit_kind text,
        policy_version int NOT NULL,
        decision text NOT NULL CHECK (decision IN ('pending','approved','rejected','returned')),
        decided_by uuid,
        decided_at timestamptz,
        comment text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        UNIQUE (leave_id, round, position),
        CHECK ((decision = 'pending') = (decided_at IS NULL))
      );

      -- append-only: who did what, when
      CREATE TABLE affairs.leave_action (
        id uuid PRIMARY KEY,
        leave_id uuid NOT NULL REFERENCES affairs.leave,
        action text NOT NULL,
        person_id uuid,
        app text NOT NULL,
        comment text,
        occurred_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX ON affairs.leave_action (leave_id, id);

      -- only passes that may show the return from a leave, and only until it is settled
      CREATE TABLE affairs.leave_pass (
        leave_id uuid NOT NULL REFERENCES affairs.leave,
        pass_id uuid NOT NULL,
        at timestamptz NOT NULL,
        -- out through any gate, in at the student's own building
        direction text NOT NULL CHECK (direction IN ('in','out')),
        PRIMARY KEY (leave_id, pass_id)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
