import { WARNING_LEVELS } from '#contracts';
import { query, queryOne, sql, type Tx } from '#database';
import { count } from './steps.js';

/** What the database holds, in words: the steps of the bring-in and the banner say the same of the same. */

export async function cameInText(tx: Tx): Promise<string> {
  const row = await queryOne<{ students: number; passes: number; observations: number }>(
    tx,
    sql`SELECT (SELECT count(*) FROM directory.published_student_v1 WHERE active)::int AS students,
               (SELECT count(*) FROM safety.pass WHERE status = 'counted')::int AS passes,
               -- what came with batches; values that events brought are the passes and findings themselves
               (SELECT coalesce(sum(n), 0) FROM early_warning.ingest_batch WHERE source NOT LIKE 'event:%')::int AS observations`,
  );
  const { students = 0, passes = 0, observations = 0 } = row ?? {};
  if (students === 0) return 'nothing yet: docs/importing.md says how a school brings its data in';
  return `${count(students)} students, ${count(passes)} gate passes, ${count(observations)} observations`;
}

/** Findings of all nights that were checked. */
export async function nightsText(tx: Tx): Promise<string> {
  const row = await queryOne<{ nights: number; late: number; away: number; excused: number; suppressed: number }>(
    tx,
    sql`SELECT (SELECT count(*) FROM safety.night)::int AS nights, f.*
          FROM (SELECT count(*) FILTER (WHERE finding = 'late')::int AS late,
                       count(*) FILTER (WHERE finding = 'not_returned')::int AS away,
                       count(*) FILTER (WHERE finding = 'excused' AND excuse = 'leave')::int AS excused,
                       count(*) FILTER (WHERE finding = 'suppressed')::int AS suppressed
                  FROM safety.night_finding) f`,
  );
  const { nights = 0, late = 0, away = 0, excused = 0, suppressed = 0 } = row ?? {};
  return (
    `${count(nights)} checked: ${count(late)} late, ${count(away)} not returned, ` +
    `${count(excused)} excused by leave, ${count(suppressed)} not judged as a gate was out`
  );
}

/** Open warnings by level, gravest first; those of protected rules among them. */
export async function warningsText(tx: Tx): Promise<string> {
  const rows = await query<{ level: string; n: number }>(
    tx,
    sql`SELECT level, count(*)::int AS n FROM early_warning.warning WHERE status = 'open' GROUP BY level`,
  );
  const byLevel = new Map(rows.map(({ level, n }) => [level, n]));
  const levels = Object.entries(WARNING_LEVELS).reverse();
  return levels.map(([level, { zh }]) => `${count(byLevel.get(level) ?? 0)} ${level} ${zh}`).join(', ');
}
