import { Injectable } from '@nestjs/common';
import { type AbsenceFact, AbsencesRecordedV1 } from '#contracts';
import { query, queryOne, sql, type Tx } from '#database';
import { Events } from '#events';
import { CampusClock } from '#time';
import { UNEXCUSED } from './attendance.service.js';

/** Absences an event tells of at most. */
const AT_ONCE = 500;
/** Events of one turn; what is left waits for the next. */
const MOST_EVENTS = 40;

/** Tells others what of absences no leave covers; again whenever that has changed. */
@Injectable()
export class UntoldAbsences {
  constructor(
    private readonly events: Events,
    private readonly clock: CampusClock,
  ) {}

  /** Returns of how many. */
  async tell(tx: Tx): Promise<number> {
    // One after the other: the order of their revisions is the order in which they read.
    await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('affairs.untold-absences'))`);
    const { timeZone } = this.clock;
    let told = 0;
    for (let n = 0; n < MOST_EVENTS; n++) {
      const notes = await query<{ attendance: string; student: string; day: string }>(
        tx,
        sql`DELETE FROM affairs.untold_absence u USING (
                SELECT * FROM affairs.untold_absence ORDER BY attendance_id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED) one
             WHERE (u.attendance_id, u.student_id, u.starts_at) = (one.attendance_id, one.student_id, one.starts_at)
            RETURNING u.attendance_id AS attendance, u.student_id AS student, (u.starts_at AT TIME ZONE ${timeZone})::date::text AS day`,
      );
      if (notes.length === 0) break;
      // A statement of its own: it sees what was committed until the notes were taken.
      const absences = await query<AbsenceFact>(
        tx,
        sql`SELECT DISTINCT n.attendance AS "attendanceId", n.student AS "studentId", n.day::text AS day, coalesce(${UNEXCUSED}, 0)::float8 AS hours
              FROM jsonb_to_recordset(${JSON.stringify(notes)}::jsonb) AS n(attendance uuid, student uuid, day date)
              LEFT JOIN affairs.attendance t
                ON t.id = n.attendance AND t.student_id = n.student AND (t.starts_at AT TIME ZONE ${timeZone})::date = n.day`,
      );
      const revision = await queryOne<{ n: number }>(tx, sql`SELECT nextval('affairs.absence_revision')::int AS n`);
      await this.events.publish(tx, new AbsencesRecordedV1({ revision: revision!.n, absences }));
      told += absences.length;
    }
    return told;
  }
}
