import { query, queryOne, sql, type Sql, type Tx } from '#database';
import type { CurfewPolicy } from '../curfew/curfew.policy.js';
import type { NightWindow } from '../curfew/night-window.js';
import type { Excuse, Finding, Observed } from './night.codes.js';

/** Passes of a clock that was off by more are no evidence. */
const MOST_OFF = '1 day';

export interface GateOutage {
  deviceId: string;
  buildingId: string;
  kind: 'registered' | 'gap' | 'clock' | 'suspected';
}

/** Buildings that have, or had, a gate: without one nobody's return can be known. */
export async function gatedBuildings(tx: Tx): Promise<{ id: string; code: string }[]> {
  return query(
    tx,
    sql`SELECT u.id, u.code FROM directory.published_unit_v1 u
         WHERE u.kind = 'building' AND u.id IN (SELECT building_id FROM safety.device WHERE status <> 'pending')
         ORDER BY u.code`,
  );
}

/**
 * Gates that were not to be trusted that night, between `outageFromAt` and `endsAt`: an outage is registered; events are missing that the gate
 * is still asked for; its clock was off by days; or it was (almost) silent although it had enough passes on the nights before, silent
 * nights left out.
 */
export async function outagesOf(
  tx: Tx,
  night: string,
  windows: readonly NightWindow[],
  policy: CurfewPolicy,
  timeZone: string,
): Promise<GateOutage[]> {
  return query<GateOutage>(
    tx,
    sql`WITH building AS (${buildingRows(windows)}),
        gate AS (
          SELECT d.id, b.* FROM safety.device d JOIN building b ON b."buildingId" = d.building_id
           WHERE d.status = 'active' OR d.retired_at >= b."endsAt"
        ), registered AS (
          SELECT DISTINCT g.id, g."buildingId" FROM gate g JOIN safety.outage o ON o.device_id = g.id
           WHERE o.revoked_at IS NULL AND o.from_at < g."endsAt" AND o.to_at > g."outageFromAt"
        ), missing AS (
          SELECT DISTINCT g.id, g."buildingId" FROM gate g JOIN safety.device d ON d.id = g.id AND d.access_url IS NOT NULL
            JOIN safety.device_gap x ON x.device_id = g.id
           WHERE x.status = 'waiting' AND x.from_at < g."endsAt" AND x.to_at > g."outageFromAt"
        ), clock AS (
          SELECT DISTINCT g.id, g."buildingId" FROM gate g JOIN safety.pass p ON p.device_id = g.id
           WHERE p.status = 'counted' AND p.corrected_at >= g."outageFromAt" AND p.corrected_at < g."endsAt"
             AND greatest(p.corrected_at - p.at, p.at - p.corrected_at) > ${MOST_OFF}::interval
        ), evening AS MATERIALIZED (
          SELECT g.id, g."buildingId", n.night, (SELECT count(*) FROM safety.pass p
                   WHERE p.device_id = g.id AND p.status IN ('counted', 'void')
                     AND p.at >= ((g."outageFromAt" AT TIME ZONE ${timeZone}) - n.ago) AT TIME ZONE ${timeZone}
                     AND p.at < ((g."endsAt" AT TIME ZONE ${timeZone}) - n.ago) AT TIME ZONE ${timeZone}) AS passes
            FROM gate g CROSS JOIN (SELECT ${night}::date - i AS night, make_interval(days => i) AS ago
                                      FROM generate_series(0, ${policy.outageNormNights}::int) AS i) n
        ), suspected AS (
          SELECT id, "buildingId" FROM evening GROUP BY id, "buildingId"
          HAVING avg(passes) FILTER (WHERE night < ${night} AND passes > 0) >= ${policy.outageMinimumNorm}
             AND sum(passes) FILTER (WHERE night = ${night})
                 <= ${policy.outageShareOfNorm}::numeric * avg(passes) FILTER (WHERE night < ${night} AND passes > 0)
        )
        SELECT * FROM (
          SELECT DISTINCT ON (id) id AS "deviceId", "buildingId", kind FROM (
            SELECT *, 'registered' AS kind, 1 AS rank FROM registered UNION ALL SELECT *, 'gap', 2 FROM missing
            UNION ALL SELECT *, 'clock', 3 FROM clock UNION ALL SELECT *, 'suspected', 4 FROM suspected) found
           ORDER BY id, rank) one
        ORDER BY 2, 1`,
  );
}

/** How far the passes of a night are from where their devices have them; at most a day, further ones are no evidence. */
export async function clocksOff(tx: Tx, windows: readonly NightWindow[]): Promise<number> {
  const row = await queryOne<{ seconds: number }>(
    tx,
    sql`SELECT coalesce(ceil(max(extract(epoch FROM greatest(p.corrected_at - p.at, p.at - p.corrected_at)))), 0)::int AS seconds
          FROM safety.pass p, (SELECT min("sinceAt") AS since, max("endsAt") AS ends FROM (${buildingRows(windows)}) b) w
         WHERE p.corrected_at >= w.since AND p.corrected_at < w.ends AND p.status = 'counted'
           AND greatest(p.corrected_at - p.at, p.at - p.corrected_at) <= ${MOST_OFF}::interval`,
  );
  return row!.seconds;
}

/** How a student's result of a night differs from what is stored. */
export interface FindingChange {
  studentId: string;
  buildingId: string;
  finding: Finding;
  observed: Observed | null;
  minutesLate: number | null;
  excuse: Excuse | null;
  excuseId: string | null;
  lastPassAt: Date | null;
  returnedAt: Date | null;
  /** Of the stored row; null when there is none. */
  id: string | null;
  oldFinding: Finding | null;
  oldMinutesLate: number | null;
}

/**
 * Judges a night for everybody who lived in one of the buildings, in one statement, and answers those whose result is
 * another one than stored.
 *
 * What the passes of the own building say, from `sinceAt` up to `endsAt` (later ones and other buildings' do not count):
 * - no pass at all: `unknown`. No data is not a finding;
 * - the last one is an `out`: `not_returned`, whether the student left before curfew or after it;
 * - the last one is an `in`, and there is an `in` after the deadline (curfew and grace): `late`, by the begun minutes
 *   from curfew to the first such `in`. An `in` shortly after an `in` is the same one read twice and does not count;
 * - otherwise the student was in: no row.
 *
 * What becomes of it, the first that fits:
 * - `excused` by a leave that lasts until the return (or until the end of the night), by a late pass (when back by its `until`; it does
 *   not excuse staying out), or because the evening is exempt. A leave that merely overlaps the night excuses nobody who is still out;
 * - `unknown` stays so;
 * - `suppressed` when a gate of the building was out that night;
 * - else the finding itself. Who came later than a leave or a late pass allowed is late by the minutes after it ended.
 *
 * Passes at one instant count in the order out, in. Where a clock was known to be off, what counts is the corrected time; it is an estimate, and
 * makes nobody late: `suppressed`. So is not returned where it is the estimate that puts the passes of two gates in their order.
 */
export async function judgeNight(
  tx: Tx,
  night: string,
  windows: readonly NightWindow[],
  options: {
    outBuildings: readonly string[];
    exempt: boolean;
    rereadMinutes: number;
    timeZone: string;
    clocksOff: number;
  },
): Promise<FindingChange[]> {
  return query<FindingChange>(
    tx,
    sql`WITH building AS (${buildingRows(windows)}),
        resident AS (
          SELECT DISTINCT ON (m.person_id) m.person_id AS student_id, b.*
            FROM directory.published_membership_v1 m
            JOIN directory.published_student_v1 s ON s.id = m.person_id
            JOIN building b ON b."buildingId" = m.unit_id
           WHERE ${wasActive(sql`s`, night)} AND m.unit_kind = 'building' AND m.valid_from <= ${night} AND (m.valid_to IS NULL OR m.valid_to > ${night})
           ORDER BY m.person_id, b."buildingId"
        ), track AS (
          SELECT p.student_id, p.direction, t.at, t.at > r."deadlineAt" AS after, lead(t.at) OVER w IS NULL AS last,
                 lag(p.direction) OVER w = 'in'
                   AND t.at - lag(t.at) OVER w <= make_interval(mins => ${options.rereadMinutes}::int) AS reread,
                 p.corrected_at IS NOT NULL AS estimated,
                 lag(p.device_id) OVER w <> p.device_id AND num_nonnulls(p.corrected_at, lag(p.corrected_at) OVER w) > 0 AS unordered
            FROM resident r
            JOIN safety.pass p ON p.student_id = r.student_id AND p.building_id = r."buildingId" AND p.status = 'counted'
                              AND p.at >= r."sinceAt" - make_interval(secs => ${options.clocksOff}::int)
                              AND p.at < r."endsAt" + make_interval(secs => ${options.clocksOff}::int)
            CROSS JOIN LATERAL (SELECT coalesce(p.corrected_at, p.at) AS at) t
           WHERE t.at >= r."sinceAt" AND t.at < r."endsAt"
          WINDOW w AS (PARTITION BY p.student_id ORDER BY t.at, p.direction DESC, p.id)
        ), summary AS (
          SELECT student_id, max(at) AS last_at, max(direction) FILTER (WHERE last) AS last_direction,
                 min(at) FILTER (WHERE after AND direction = 'in' AND reread IS NOT TRUE) AS returned_at,
                 (array_agg(estimated ORDER BY at) FILTER (WHERE after AND direction = 'in' AND reread IS NOT TRUE))[1] AS estimated,
                 bool_or(unordered) FILTER (WHERE last) AS unordered
            FROM track GROUP BY student_id
        ), observed AS (
          SELECT r.student_id, r."buildingId", r."curfewAt", r."endsAt", s.last_at,
                 CASE WHEN s.last_direction = 'in' THEN s.returned_at END AS returned_at,
                 CASE WHEN s.student_id IS NULL THEN 'unknown' WHEN s.last_direction = 'out' THEN 'not_returned'
                      WHEN s.returned_at IS NOT NULL THEN 'late' END AS observed,
                 CASE WHEN s.last_direction = 'out' THEN s.unordered ELSE s.estimated END AS doubtful
            FROM resident r LEFT JOIN summary s ON s.student_id = r.student_id
        ), weighed AS (
          SELECT o.*, away.source, away.source_id, away.ends_at AS away_ends_at, late.id AS late_pass_id, late.until_at
            FROM observed o
            LEFT JOIN LATERAL (
              SELECT e.source, e.source_id, e.ends_at FROM safety.excused_absence e
               WHERE e.student_id = o.student_id AND NOT e.cancelled
                 AND e.starts_at < coalesce(o.returned_at, o."endsAt") AND e.ends_at > o."curfewAt"
               ORDER BY e.ends_at DESC, e.source_id LIMIT 1) away ON TRUE
            LEFT JOIN LATERAL (
              SELECT l.id, coalesce((${night}::date + l.until + make_interval(days => (l.until < '12:00')::int))
                                    AT TIME ZONE ${options.timeZone}, o."endsAt") AS until_at
                FROM safety.late_pass l
               WHERE l.student_id = o.student_id AND l.revoked_at IS NULL
                 AND l.from_night <= ${night} AND l.to_night >= ${night}
               ORDER BY 2 DESC, l.id LIMIT 1) late ON o.observed = 'late'
           WHERE o.observed IS NOT NULL
        ), excused AS (
          SELECT w.*, CASE WHEN away_ends_at >= coalesce(returned_at, "endsAt") THEN source WHEN returned_at <= until_at THEN 'late_pass'
                           WHEN ${options.exempt}::boolean THEN 'holiday' END AS excuse
            FROM weighed w
        ), judged AS (
          SELECT student_id, "buildingId", observed, excuse, last_at, returned_at,
                 CASE excuse WHEN source THEN source_id WHEN 'late_pass' THEN late_pass_id END AS excuse_id,
                 CASE WHEN excuse IS NOT NULL THEN 'excused'
                      WHEN observed = 'unknown' THEN 'unknown'
                      WHEN doubtful OR "buildingId" = ANY(${options.outBuildings}::uuid[]) THEN 'suppressed'
                      ELSE observed END AS finding,
                 CASE WHEN excuse IS NULL THEN greatest(until_at, away_ends_at, "curfewAt") ELSE "curfewAt" END AS due_at
            FROM excused
        ), result AS (
          SELECT j.*, CASE WHEN observed = 'late'
                           THEN ceil(extract(epoch FROM returned_at - due_at) / 60)::int END AS minutes_late
            FROM judged j
        )
        SELECT coalesce(r.student_id, f.student_id) AS "studentId", coalesce(r."buildingId", f.building_id) AS "buildingId",
               coalesce(r.finding, 'clear') AS finding, r.observed, r.minutes_late AS "minutesLate", r.excuse,
               r.excuse_id AS "excuseId", r.last_at AS "lastPassAt", r.returned_at AS "returnedAt",
               f.id, f.finding AS "oldFinding", f.minutes_late AS "oldMinutesLate"
          FROM result r
          FULL JOIN (SELECT * FROM safety.night_finding WHERE night = ${night}) f ON f.student_id = r.student_id
         WHERE (coalesce(r.finding, 'clear'), coalesce(r."buildingId", f.building_id), r.observed, r.minutes_late,
                r.excuse, r.excuse_id, r.last_at, r.returned_at)
               IS DISTINCT FROM
               (f.finding, f.building_id, f.observed, f.minutes_late, f.excuse, f.excuse_id, f.last_pass_at, f.returned_at)
         ORDER BY 1`,
  );
}

/** How many students lived in the buildings that night. */
export async function countResidents(tx: Tx, night: string, buildingIds: readonly string[]): Promise<number> {
  const [row] = await query<{ n: number }>(
    tx,
    sql`SELECT count(DISTINCT m.person_id)::int AS n
          FROM directory.published_membership_v1 m JOIN directory.published_student_v1 s ON s.id = m.person_id
         WHERE ${wasActive(sql`s`, night)} AND m.unit_id = ANY(${buildingIds}::uuid[])
           AND m.valid_from <= ${night} AND (m.valid_to IS NULL OR m.valid_to > ${night})`,
  );
  return row?.n ?? 0;
}

/** Stores changed results under a revision; what they replace goes into the history. */
export async function storeFindings(
  tx: Tx,
  night: string,
  revision: number,
  changes: readonly (FindingChange & { id: string })[],
): Promise<void> {
  const given = JSON.stringify(changes);
  await query(
    tx,
    sql`WITH given AS (
          SELECT * FROM jsonb_to_recordset(${given}::jsonb) AS g(
            id uuid, "studentId" uuid, "buildingId" uuid, finding text, observed text, "minutesLate" int, excuse text,
            "excuseId" uuid, "lastPassAt" timestamptz, "returnedAt" timestamptz)
        ), kept AS (
          INSERT INTO safety.night_finding_history (finding_id, revision, finding, minutes_late, excuse)
          SELECT f.id, f.revision, f.finding, f.minutes_late, f.excuse
            FROM safety.night_finding f JOIN given g ON g.id = f.id
        )
        INSERT INTO safety.night_finding AS f (
          id, night, student_id, building_id, finding, observed, minutes_late, excuse,
          excuse_id, last_pass_at, returned_at, revision)
        SELECT id, ${night}, "studentId", "buildingId", finding, observed, "minutesLate", excuse,
               "excuseId", "lastPassAt", "returnedAt", ${revision}
          FROM given
        ON CONFLICT (night, student_id) DO UPDATE
           SET building_id = excluded.building_id, finding = excluded.finding, observed = excluded.observed,
               minutes_late = excluded.minutes_late, excuse = excluded.excuse, excuse_id = excluded.excuse_id,
               last_pass_at = excluded.last_pass_at, returned_at = excluded.returned_at,
               revision = excluded.revision, updated_at = now()`,
  );
}

/** Was the student of `directory.published_student_v1` on the roster that night? Who has left it is no resident, whatever the places say. */
export function wasActive(student: Sql, night: string | Sql): Sql {
  return sql`(${student}.active OR ${student}.inactive_since > ${night}::date)`;
}

function buildingRows(windows: readonly NightWindow[]): Sql {
  return sql`SELECT * FROM jsonb_to_recordset(${JSON.stringify(windows)}::jsonb) AS b(
    "buildingId" uuid, "curfewAt" timestamptz, "deadlineAt" timestamptz, "endsAt" timestamptz,
    "sinceAt" timestamptz, "outageFromAt" timestamptz)`;
}
