import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lists of what departments clear for students who arrive or leave, and how it stands with each student. */
export class Clearances1764806100000 implements MigrationInterface {
  name = 'Clearances1764806100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.clearance_list (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('arrival','departure')),
        title jsonb NOT NULL,
        from_date date NOT NULL,
        to_date date NOT NULL,
        unit_ids uuid[] NOT NULL,
        grades text[] NOT NULL,
        entries jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('draft','open','closed')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (status = 'draft' OR from_date <= to_date)
      );
      CREATE INDEX ON affairs.clearance_list (from_date, id);
      CREATE INDEX ON affairs.clearance_list (updated_at, id);

      CREATE TABLE affairs.clearance (
        id uuid PRIMARY KEY,
        list_id uuid NOT NULL REFERENCES affairs.clearance_list,
        student_id uuid NOT NULL,
        open_blocking int NOT NULL DEFAULT 0 CHECK (open_blocking >= 0),
        completed_at timestamptz,
        left_on date,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT clearance_one UNIQUE (list_id, student_id)
      );
      CREATE INDEX ON affairs.clearance (student_id);
      CREATE INDEX ON affairs.clearance (created_at, id);
      CREATE INDEX ON affairs.clearance (updated_at, id);

      CREATE TABLE affairs.clearance_sign_off (
        id uuid PRIMARY KEY,
        clearance_id uuid NOT NULL REFERENCES affairs.clearance ON DELETE CASCADE,
        list_id uuid NOT NULL,
        student_id uuid NOT NULL,
        entry text NOT NULL,
        position int NOT NULL,
        unit_id uuid,
        blocking boolean NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting','evidence_given','cleared','refused','deferred','waived')),
        reason bytea,
        evidence bytea,
        evidence_at timestamptz,
        deferral_asked_at timestamptz,
        deferred_until date CHECK ((deferred_until IS NOT NULL) = (state = 'deferred')),
        decided_by text,
        decided_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT clearance_sign_off_one UNIQUE (clearance_id, entry)
      );
      CREATE INDEX ON affairs.clearance_sign_off (unit_id, state);
      CREATE INDEX ON affairs.clearance_sign_off (list_id, entry);
      CREATE INDEX ON affairs.clearance_sign_off (student_id);

      -- how often blocking entries are open is kept by the statement that changes them, as a difference: two at once both count
      CREATE FUNCTION affairs.count_open_sign_offs() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'INSERT' THEN
            UPDATE affairs.clearance c SET open_blocking = c.open_blocking + d.n
              FROM (SELECT clearance_id, count(*) AS n FROM after
                     WHERE blocking AND state IN ('waiting','evidence_given','refused') GROUP BY clearance_id) d
             WHERE c.id = d.clearance_id;
          ELSE
            UPDATE affairs.clearance c
               SET open_blocking = c.open_blocking + d.n, version = c.version + 1, updated_at = now(),
                   completed_at = CASE WHEN c.open_blocking + d.n > 0 THEN NULL
                                       ELSE coalesce(CASE WHEN c.open_blocking = 0 THEN c.completed_at END, d.at) END
              FROM (SELECT a.clearance_id, max(a.decided_at) AS at,
                           sum((a.blocking AND a.state IN ('waiting','evidence_given','refused'))::int
                             - (b.blocking AND b.state IN ('waiting','evidence_given','refused'))::int) AS n
                      FROM after a JOIN before b ON b.id = a.id GROUP BY a.clearance_id) d
             WHERE c.id = d.clearance_id;
          END IF;
          RETURN NULL;
        END $$;
      CREATE TRIGGER clearance_sign_off_insert AFTER INSERT ON affairs.clearance_sign_off REFERENCING NEW TABLE AS after
        FOR EACH STATEMENT EXECUTE FUNCTION affairs.count_open_sign_offs();
      CREATE TRIGGER clearance_sign_off_update AFTER UPDATE ON affairs.clearance_sign_off
        REFERENCING OLD TABLE AS before NEW TABLE AS after
        FOR EACH STATEMENT EXECUTE FUNCTION affairs.count_open_sign_offs();

      -- what was done with an entry, by whom and when; why, the entry alone says
      CREATE TABLE affairs.clearance_step (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        sign_off_id uuid NOT NULL REFERENCES affairs.clearance_sign_off ON DELETE CASCADE,
        action text NOT NULL,
        state text NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL
      );
      CREATE INDEX ON affairs.clearance_step (sign_off_id, id);

      CREATE TABLE affairs.clearance_import (
        id uuid PRIMARY KEY,
        job_id uuid NOT NULL,
        list_id uuid NOT NULL,
        content bytea,
        finished_at timestamptz,
        whole_school boolean NOT NULL,
        unit_ids uuid[] NOT NULL,
        requested_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON affairs.clearance_import (finished_at) WHERE content IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
