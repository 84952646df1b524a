import type { Actor } from '#auth';
import { query, sql, type Tx } from '#database';
import type { BoardCounts, HolidayBoardDto } from './campaigns.dto.js';
import { overdue, REGISTERED, studentsOf, unitOf } from './holiday.queries.js';

interface Row extends BoardCounts {
  collegeId: string | null;
  college: string | null;
  classId: string | null;
  class: string | null;
}

/** How far registration is among the students within the actor's scope, by college and class. One statement. */
export async function boardOf(
  tx: Tx,
  actor: Actor,
  campaignId: string,
  date: string,
  now: Date,
): Promise<Omit<HolidayBoardDto, 'id'>> {
  const rows = await query<Row>(
    tx,
    sql`WITH one AS (
          SELECT ${unitOf(sql`p.id`, 'college', date)} AS college_id, ${unitOf(sql`p.id`, 'class', date)} AS class_id,
                 ${REGISTERED} AS registered, r.status, r.away, r.returned_at, coalesce(${overdue(now)}, false) AS overdue
            FROM ${studentsOf(actor, campaignId, date)}),
        counted AS (
          SELECT college_id, class_id, count(*)::int AS total, count(*) FILTER (WHERE registered)::int AS registered,
                 count(*) FILTER (WHERE NOT registered)::int AS unregistered,
                 count(*) FILTER (WHERE status = 'submitted')::int AS submitted,
                 count(*) FILTER (WHERE status = 'approved' AND away)::int AS away,
                 count(*) FILTER (WHERE status = 'approved' AND NOT away)::int AS staying,
                 count(*) FILTER (WHERE status = 'approved' AND away AND returned_at IS NOT NULL)::int AS back,
                 count(*) FILTER (WHERE overdue)::int AS overdue
            FROM one GROUP BY 1, 2)
        SELECT n.college_id AS "collegeId", c.name AS college, n.class_id AS "classId", k.name AS class, n.total, n.registered,
               n.unregistered, n.submitted, n.away, n.staying, n.back, n.overdue
          FROM counted n LEFT JOIN directory.published_unit_v1 c ON c.id = n.college_id
          LEFT JOIN directory.published_unit_v1 k ON k.id = n.class_id
         ORDER BY c.code, n.college_id, k.code, n.class_id`,
  );
  const byCollege = new Map<string | null, Row[]>();
  for (const row of rows) byCollege.set(row.collegeId, [...(byCollege.get(row.collegeId) ?? []), row]);
  const colleges = [...byCollege].map(([unitId, classes]) => ({
    ...{ unitId, name: classes[0]!.college },
    ...sumOf(classes),
    classes: classes.map((row) => ({ unitId: row.classId, name: row.class, ...sumOf([row]) })),
  }));
  return { ...sumOf(rows), colleges };
}

function sumOf(rows: readonly BoardCounts[]): BoardCounts {
  const sum = (key: keyof BoardCounts): number => rows.reduce((total, row) => total + row[key], 0);
  return {
    ...{ total: sum('total'), registered: sum('registered'), unregistered: sum('unregistered') },
    ...{ submitted: sum('submitted'), away: sum('away'), staying: sum('staying'), back: sum('back') },
    overdue: sum('overdue'),
  };
}
