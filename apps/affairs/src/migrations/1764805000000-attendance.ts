import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Attendance as the systems of the school report it. Of an absence counts what no approved leave covers: the database works it out
 * whichever of the two changes, and has a constraint that nobody is on leave and absent without leave at the same time.
 */
export class Attendance1764805000000 implements MigrationInterface {
  name = 'Attendance1764805000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE EXTENSION IF NOT EXISTS btree_gist;
      CREATE TABLE affairs.attendance (
        id uuid PRIMARY KEY,
        -- who reports it, and its id there
        app text NOT NULL,
        record_id text NOT NULL,
        student_id uuid NOT NULL,
        session text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (starts_at < ends_at),
        class_hours numeric(4,1) NOT NULL CHECK (class_hours > 0),
        status text NOT NULL CHECK (status IN ('present','absent','late','left_early')),
        -- of an absence: the time that no leave covers
        unexcused tstzmultirange NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        UNIQUE (app, record_id)
      );
      CREATE INDEX ON affairs.attendance (student_id, starts_at);
      CREATE INDEX ON affairs.attendance (starts_at, id);
      CREATE INDEX ON affairs.attendance (updated_at, id);

      -- when somebody is on leave, and when they are absent without: never both
      CREATE TABLE affairs.away (
        what text NOT NULL CHECK (what IN ('leave','absent')),
        -- the leave, or the attendance
        source_id uuid NOT NULL,
        student_id uuid NOT NULL,
        during tstzmultirange NOT NULL CHECK (NOT isempty(during)),
        PRIMARY KEY (what, source_id),
        CONSTRAINT away_on_leave_or_absent EXCLUDE USING gist (student_id WITH =, during WITH &&, what WITH <>)
      );

      CREATE FUNCTION affairs.keep_away(what text, source uuid, student uuid, during tstzmultirange) RETURNS void LANGUAGE sql AS $$
        DELETE FROM affairs.away a WHERE a.what = keep_away.what AND a.source_id = source;
        INSERT INTO affairs.away SELECT keep_away.what, source, student, keep_away.during WHERE NOT isempty(keep_away.during);
      $$;

      CREATE FUNCTION affairs.unexcused_of(student uuid, status text, starts timestamptz, ends timestamptz) RETURNS tstzmultirange LANGUAGE sql STABLE AS $$
        SELECT CASE WHEN status = 'absent' THEN tstzmultirange(tstzrange(starts, ends)) - coalesce((
                 SELECT range_agg(tstzrange(l.starts_at, l.ends_at)) FROM affairs.leave l
                  WHERE l.student_id = student AND l.status IN ('approved','closed') AND l.starts_at < ends AND l.ends_at > starts), '{}')
               ELSE '{}' END
      $$;

      -- a leave and an attendance of one student wait for each other
      CREATE FUNCTION affairs.lock_away(student uuid) RETURNS void LANGUAGE sql AS $$
        SELECT pg_advisory_xact_lock(hashtextextended('affairs.away ' || student, 0))
      $$;

      CREATE FUNCTION affairs.work_attendance_out() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM affairs.lock_away(NEW.student_id);
        NEW.unexcused := affairs.unexcused_of(NEW.student_id, NEW.status, NEW.starts_at, NEW.ends_at);
        RETURN NEW;
      END $$;
      CREATE TRIGGER work_attendance_out BEFORE INSERT OR UPDATE ON affairs.attendance
        FOR EACH ROW EXECUTE FUNCTION affairs.work_attendance_out();

      CREATE FUNCTION affairs.keep_absent() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          DELETE FROM affairs.away a WHERE a.what = 'absent' AND a.source_id = OLD.id;
        ELSE
          PERFORM affairs.keep_away('absent', NEW.id, NEW.student_id, NEW.unexcused);
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER keep_absent AFTER INSERT OR UPDATE OR DELETE ON affairs.attendance
        FOR EACH ROW EXECUTE FUNCTION affairs.keep_absent();

      -- the leave goes, the absences it touched or touches are worked out anew, the leave comes: at no instant are there both
      CREATE FUNCTION affairs.keep_on_leave() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        during tstzmultirange := CASE WHEN NEW.status IN ('approved','closed')
                                      THEN tstzmultirange(tstzrange(NEW.starts_at, NEW.ends_at)) ELSE '{}' END;
        before tstzmultirange := coalesce((SELECT a.during FROM affairs.away a WHERE a.what = 'leave' AND a.source_id = NEW.id), '{}');
      BEGIN
        IF during = before THEN RETURN NULL; END IF;
        PERFORM affairs.lock_away(NEW.student_id);
        DELETE FROM affairs.away a WHERE a.what = 'leave' AND a.source_id = NEW.id;
        UPDATE affairs.attendance t SET version = t.version + 1, updated_at = now()
         WHERE t.student_id = NEW.student_id AND t.status = 'absent' AND tstzrange(t.starts_at, t.ends_at) && (during + before)
           AND t.unexcused <> affairs.unexcused_of(t.student_id, t.status, t.starts_at, t.ends_at);
        PERFORM affairs.keep_away('leave', NEW.id, NEW.student_id, during);
        RETURN NULL;
      END $$;
      CREATE TRIGGER keep_on_leave AFTER INSERT OR UPDATE OF status, starts_at, ends_at ON affairs.leave
        FOR EACH ROW EXECUTE FUNCTION affairs.keep_on_leave();

      INSERT INTO affairs.away
        SELECT 'leave', id, student_id, tstzmultirange(tstzrange(starts_at, ends_at)) FROM affairs.leave
         WHERE status IN ('approved','closed') AND starts_at < ends_at;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
