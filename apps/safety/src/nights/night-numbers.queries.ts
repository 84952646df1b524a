import { query, sql, type Sql, type Tx } from '#database';
import { holdsOn } from '#roster';
import { wasActive } from './night.queries.js';
import type { NightCountsDto } from './nights.dto.js';

export const NO_FINDINGS: NightCountsDto = {
  late: 0,
  notReturned: 0,
  excused: 0,
  excusedByLeave: 0,
  suppressed: 0,
  unknown: 0,
};

/** Nights from `first` to `last`, both inclusive. */
export interface Nights {
  first: string;
  last: string;
}

/** Findings of nights by kind, of the students that `visible` (over `f.student_id`) lets through. A night without any is absent. */
export async function findingCounts(
  tx: Tx,
  { first, last }: Nights,
  visible: Sql,
): Promise<Map<string, NightCountsDto>> {
  const rows = await query<NightCountsDto & { night: string }>(
    tx,
    sql`SELECT f.night::text AS night, count(*) FILTER (WHERE f.finding = 'late')::int AS late,
               count(*) FILTER (WHERE f.finding = 'not_returned')::int AS "notReturned",
               count(*) FILTER (WHERE f.finding = 'excused')::int AS excused,
               count(*) FILTER (WHERE f.finding = 'excused' AND f.excuse = 'leave')::int AS "excusedByLeave",
               count(*) FILTER (WHERE f.finding = 'suppressed')::int AS suppressed,
               count(*) FILTER (WHERE f.finding = 'unknown')::int AS unknown
          FROM safety.night_finding f WHERE f.night BETWEEN ${first} AND ${last} AND ${visible} GROUP BY f.night`,
  );
  return new Map(rows.map(({ night, ...counts }) => [night, counts]));
}

/**
 * How many students that `visible` (over `m.person_id`) lets through lived in the buildings of each night. Where they live is read once,
 * and those of one building and time are counted together. Nobody lives in two buildings at a time.
 */
export async function residentCounts(tx: Tx, { first, last }: Nights, visible: Sql): Promise<Map<string, number>> {
  const rows = await query<{ night: string; students: number }>(
    tx,
    sql`WITH home AS MATERIALIZED (
          SELECT m.unit_id, m.valid_from, m.valid_to, s.active, s.inactive_since, count(*) AS students
            FROM directory.published_membership_v1 m JOIN directory.published_student_v1 s ON s.id = m.person_id
           WHERE m.unit_kind = 'building' AND ${visible}
           GROUP BY m.unit_id, m.valid_from, m.valid_to, s.active, s.inactive_since)
        SELECT n.night::text AS night, sum(home.students)::int AS students
          FROM safety.night n JOIN home ON home.unit_id = ANY(n.buildings)
         WHERE n.night BETWEEN ${first} AND ${last} AND ${holdsOn(sql`home`, sql`n.night`)} AND ${wasActive(sql`home`, sql`n.night`)}
         GROUP BY n.night`,
  );
  return new Map(rows.map(({ night, students }) => [night, students]));
}
