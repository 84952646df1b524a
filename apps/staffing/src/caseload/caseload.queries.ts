import { query, sql, type Sql, type Tx } from '#database';
import { holdsOn, inScope, type Scope, unitInScope, unitsBelow } from '#roster';
import type { RatioPolicy } from './ratio.policy.js';

export interface RatioRow {
  unitId: string;
  code: string;
  name: string;
  students: number;
  /** People who serve at least one of the students. */
  counselorHeads: number;
  /** Of them, by students and part-time weight. */
  counselors: number;
  /** Counselors still needed; whole people. */
  shortfall: number;
}

/** SQL: does the student (alias `s`) count? */
function counts(rule: RatioPolicy): Sql {
  const everyGrade = rule.grades.length === 0;
  return sql`(${!rule.activeStudentsOnly} OR s.active) AND (${everyGrade} OR s.grade = ANY(${rule.grades}::text[]))`;
}

/**
 * Students and counselors of every unit of a kind within the scope on a date. A counselor whose students are in
 * several units is split by students; one without students is counted nowhere. A student counts in the units of the kind they mainly
 * belong to: a secondary membership counts, for them and for who serves them by it, only where there is no other.
 */
export async function ratioByUnit(
  tx: Tx,
  args: { scope: Scope; unitKind: string; on: string; rule: RatioPolicy },
): Promise<RatioRow[]> {
  const { scope, unitKind, on, rule } = args;
  return query<RatioRow>(
    tx,
    sql`WITH belongs AS (
          SELECT m.unit_id, m.person_id, bool_and(m.secondary) AS secondary
            FROM directory.published_membership_v1 m JOIN directory.published_student_v1 s ON s.id = m.person_id
           WHERE m.unit_kind = ${unitKind} AND ${holdsOn(sql`m`, on)} AND ${counts(rule)}
           GROUP BY m.unit_id, m.person_id
        ), member AS (
          SELECT unit_id, person_id FROM belongs b
           WHERE NOT secondary OR NOT EXISTS (SELECT 1 FROM belongs o WHERE o.person_id = b.person_id AND NOT o.secondary)
        ), post AS (
          SELECT a.person_id, a.unit_id, a.full_time
            FROM staffing.appointment a JOIN directory.published_person_v1 p ON p.id = a.person_id AND p.active
           WHERE a.kind = ANY(${rule.countKinds}::text[]) AND ${holdsOn(sql`a`, on)}
             AND (a.full_time OR ${!rule.fullTimeOnly})
        ), weight AS (
          SELECT person_id,
                 1::numeric / CASE WHEN bool_or(full_time) THEN 1 ELSE ${rule.partTimePerFullTime} END AS weight
            FROM post GROUP BY person_id
        ), served AS (
          SELECT DISTINCT post.person_id AS counselor_id, member.unit_id, member.person_id
            FROM post
            JOIN directory.published_membership_v1 m ON m.unit_id = post.unit_id AND ${holdsOn(sql`m`, on)}
            JOIN member ON member.person_id = m.person_id AND (NOT m.secondary OR m.unit_id = member.unit_id)
        ), share AS (
          SELECT counselor_id, unit_id, count(*) / sum(count(*)) OVER (PARTITION BY counselor_id) AS part
            FROM served GROUP BY counselor_id, unit_id
        ), counted AS (
          SELECT s.unit_id, count(*)::int AS heads, round(sum(s.part * w.weight), 6) AS counselors
            FROM share s JOIN weight w ON w.person_id = s.counselor_id GROUP BY s.unit_id
        )
        SELECT u.id AS "unitId", u.code, u.name, coalesce(m.students, 0) AS students,
               coalesce(c.heads, 0) AS "counselorHeads", coalesce(c.counselors, 0)::float AS counselors,
               -- rounded, so that thirds that add up to one do not leave a rest that asks for one more person
               greatest(0, ceil(round(
                 coalesce(m.students, 0)::numeric / ${rule.studentsPerCounselor} - coalesce(c.counselors, 0), 5)))::int
                 AS shortfall
          FROM directory.published_unit_v1 u
          LEFT JOIN (SELECT unit_id, count(*)::int AS students FROM member GROUP BY unit_id) m ON m.unit_id = u.id
          LEFT JOIN counted c ON c.unit_id = u.id
         WHERE u.kind = ${unitKind} AND u.active AND ${unitInScope(scope, sql`u.id`)}
         ORDER BY u.code`,
  );
}

export interface CaseloadRow {
  personId: string;
  number: string;
  name: string;
  students: number;
  studentsHere: number;
  classes: number;
  buildings: number;
}

/**
 * SQL of the caseload of everybody who answers, in a post of the rule's kinds, for an active student within the scope
 * (and the units, when given) on a date.
 */
export function caseloads(args: {
  scope: Scope;
  unitIds: readonly string[];
  on: string;
  rule: RatioPolicy;
  today: string;
}): Sql {
  const { scope, unitIds, on, rule, today } = args;
  const inUnit = unitIds.length > 0 ? sql`m.unit_id IN (${unitsBelow(unitIds)})` : sql`TRUE`;
  return sql`
    WITH here AS (
      SELECT DISTINCT s.id FROM directory.published_student_v1 s
        JOIN directory.published_membership_v1 m ON m.person_id = s.id AND ${holdsOn(sql`m`, on)} AND ${inUnit}
       WHERE s.active AND ${inScope(scope, sql`s.id`, today)}
    ), served AS (
      SELECT DISTINCT a.person_id AS counselor_id, m.person_id
        FROM staffing.appointment a
        JOIN directory.published_membership_v1 m ON m.unit_id = a.unit_id AND ${holdsOn(sql`m`, on)}
        JOIN directory.published_student_v1 s ON s.id = m.person_id AND s.active
       WHERE a.kind = ANY(${rule.countKinds}::text[]) AND ${holdsOn(sql`a`, on)}
    ), spread AS (
      SELECT s.counselor_id, count(DISTINCT m.unit_id) FILTER (WHERE m.unit_kind = 'class')::int AS classes,
             count(DISTINCT m.unit_id) FILTER (WHERE m.unit_kind = 'building')::int AS buildings
        FROM served s
        JOIN directory.published_membership_v1 m
          ON m.person_id = s.person_id AND m.unit_kind IN ('class', 'building') AND ${holdsOn(sql`m`, on)}
       GROUP BY s.counselor_id
    ), load AS (
      SELECT s.counselor_id, count(*)::int AS students, count(h.id)::int AS "studentsHere"
        FROM served s LEFT JOIN here h ON h.id = s.person_id GROUP BY s.counselor_id HAVING count(h.id) > 0
    )
    SELECT p.id AS "personId", p.number, p.name, l.students, l."studentsHere",
           coalesce(x.classes, 0) AS classes, coalesce(x.buildings, 0) AS buildings
      FROM load l JOIN directory.published_person_v1 p ON p.id = l.counselor_id
      LEFT JOIN spread x ON x.counselor_id = l.counselor_id`;
}
