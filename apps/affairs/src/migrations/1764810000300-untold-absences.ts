import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Absences without leave that others have not been told of, or not as they are now: the database notes them, whether attendance was
 * reported or corrected or a leave has come, gone or changed.
 */
export class UntoldAbsences1764810000300 implements MigrationInterface {
  name = 'UntoldAbsences1764810000300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- whose the record was or is, and when: where one was corrected, both
      CREATE TABLE affairs.untold_absence (
        attendance_id uuid NOT NULL,
        student_id uuid NOT NULL,
        starts_at timestamptz NOT NULL,
        PRIMARY KEY (attendance_id, student_id, starts_at)
      );
      CREATE INDEX ON affairs.untold_absence (student_id);
      -- what is told later has the higher one
      CREATE SEQUENCE affairs.absence_revision;

      -- a note that is there already is locked all the same: it is not taken before what it is about is committed
      CREATE FUNCTION affairs.note_absence() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' THEN
          IF (OLD.student_id, OLD.starts_at, OLD.ends_at, OLD.class_hours, OLD.unexcused)
             = (NEW.student_id, NEW.starts_at, NEW.ends_at, NEW.class_hours, NEW.unexcused) THEN RETURN NULL; END IF;
          IF NOT isempty(OLD.unexcused) THEN
            INSERT INTO affairs.untold_absence VALUES (OLD.id, OLD.student_id, OLD.starts_at) 
              ON CONFLICT (attendance_id, student_id, starts_at) DO UPDATE SET student_id = excluded.student_id;
          END IF;
        END IF;
        IF NOT isempty(NEW.unexcused) THEN
          INSERT INTO affairs.untold_absence VALUES (NEW.id, NEW.student_id, NEW.starts_at) 
              ON CONFLICT (attendance_id, student_id, starts_at) DO UPDATE SET student_id = excluded.student_id;
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER note_absence AFTER INSERT OR UPDATE ON affairs.attendance
        FOR EACH ROW EXECUTE FUNCTION affairs.note_absence();

      INSERT INTO affairs.untold_absence SELECT id, student_id, starts_at FROM affairs.attendance WHERE NOT isempty(unexcused);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
