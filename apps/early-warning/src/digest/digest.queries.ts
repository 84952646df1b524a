import type { Actor } from '#auth';
import { join, queryOne, sql, type Sql, type Tx } from '#database';
import { inScope, personRef } from '#roster';
import { caseVisible, OWNER, quiet, supervises } from '../cases/cases.queries.js';
import { ruleOfWarning, visibleTo } from '../warnings/visibility.js';
import { type DigestDto, MOST, type Section } from './digest.dto.js';

/** The day as instants: it begins, it is now, it ends. */
export interface Day {
  date: string;
  from: Date;
  now: Date;
  until: Date;
  /** The campus time zone (IANA name). */
  zone: string;
}

/** What the day has for the actor: one statement. */
export async function digestOf(tx: Tx, actor: Actor, day: Day): Promise<DigestDto> {
  const rows = rowsOf(actor, day);
  const sections = (Object.keys(rows) as Section[]).map((name) => sql`${name}::text, ${section(rows[name])}`);
  const row = await queryOne<{ digest: Omit<DigestDto, 'day'> }>(
    tx,
    sql`SELECT json_build_object(${join(sections, ', ')}) AS digest`,
  );
  return { day: day.date, ...row!.digest };
}

/** SQL: how many rows `(kind, id, student_id, grade, weight, at)` there are, and the gravest of them. */
function section(rows: Sql): Sql {
  return sql`(WITH r AS MATERIALIZED (${rows})
    SELECT json_build_object('count', (SELECT count(*)::int FROM r), 'items', (
      SELECT coalesce(json_agg(json_build_object('kind', i.kind, 'id', i.id, 'student', ${personRef(sql`i.student_id`)}, 'grade', i.grade, 'at', i.at)
                               ORDER BY i.weight DESC, i.at, i.id), '[]')
        FROM (SELECT * FROM r ORDER BY weight DESC, at, id LIMIT ${MOST}) i)))`;
}

function rowsOf(actor: Actor, { date, from, now, until, zone }: Day): Record<Section, Sql> {
  const { personId = null } = actor;
  const may = visibleTo(actor, 'early-warning:warning:read', ruleOfWarning, sql`w.student_id`, date);
  const warnings = (
    which: Sql,
    at: Sql,
  ) => sql`SELECT 'warning' AS kind, w.id, w.student_id, w.level AS grade, w.level_rank AS weight, ${at} AS at
    FROM early_warning.warning w WHERE NOT w.muted AND ${which} AND ${may}`;
  const cases = (
    which: Sql,
    at: Sql,
  ) => sql`SELECT 'case', c.id, c.student_id, c.level, coalesce(c.level_rank, 0), (${at}::timestamp AT TIME ZONE ${zone})
    FROM early_warning.care_case c WHERE c.closed_at IS NULL AND ${OWNER} = ${personId} AND ${caseVisible(actor, date)} AND ${which}`;
  const handled = inScope(actor.scopeOf('early-warning:referral:handle'), sql`f.student_id`, date);
  const referrals = (
    which: Sql,
  ) => sql`SELECT 'referral', f.id, f.student_id, f.urgency, array_position(ARRAY['none', 'soon', 'now'], f.urgency), f.due_at
    FROM early_warning.referral f WHERE f.status = 'sent' AND ${which} AND f.student_id IS DISTINCT FROM ${personId} AND ${handled}`;
  const due = sql`least(c.level_due_on, c.review_on)`;
  return {
    newWarnings: warnings(sql`w.status IN ('open', 'notice') AND w.raised_at >= ${from}`, sql`w.raised_at`),
    overdue: sql`${warnings(sql`w.status = 'open' AND w.triage_due_at < ${now}`, sql`w.triage_due_at`)}
      UNION ALL ${cases(sql`${due} < ${date}`, due)} UNION ALL ${referrals(sql`f.due_at < ${now}`)}`,
    dueToday: sql`${warnings(sql`w.status = 'open' AND w.triage_due_at >= ${now} AND w.triage_due_at < ${until}`, sql`w.triage_due_at`)}
      UNION ALL ${cases(sql`${due} = ${date}`, due)} UNION ALL ${referrals(sql`f.due_at >= ${now} AND f.due_at < ${until}`)}`,
    quietCases: sql`SELECT x.kind, x.id, x.student_id, x.grade, x.weight, x.at FROM (${cases(quiet(date), sql`c.quiet_on`)}) AS x(kind, id, student_id, grade, weight, at)`,
    transfers: sql`SELECT 'transfer' AS kind, t.id, t.student_id, NULL::text AS grade, 0 AS weight, t.due_at AS at
      FROM early_warning.care_transfer t WHERE t.status = 'offered' AND t.to_id = ${personId}`,
    supervisions: sql`SELECT 'supervision' AS kind, s.id, s.student_id, NULL::text AS grade, s.step AS weight, s.since_at AS at
      FROM early_warning.care_supervision s WHERE s.ended_at IS NULL AND ${supervises(actor, date)}`,
    corrected: warnings(sql`w.status = 'confirmed' AND w.corrected_at IS NOT NULL`, sql`w.corrected_at`),
  };
}
