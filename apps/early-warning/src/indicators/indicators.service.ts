import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, query, sql, type Sql } from '#database';
import { inUnits } from '#roster';
import { CampusClock } from '#time';
import { caseVisible, HAS_MEMBER, HELP, placeOf } from '../cases/cases.queries.js';
import { ruleOfWarning, visibleTo } from '../warnings/visibility.js';
import { CareIndicatorDto, type CareIndicatorsQuery, type Figure, type Group } from './indicators.dto.js';
import { type CareIndicatorCode, FORMULAS } from './indicators.formulas.js';

interface Row {
  group: string | null;
  whole: boolean;
  raised: number;
  handled: number;
  triaged: number;
  triageHours: number | null;
  acted: number;
  actionHours: number | null;
  closed: number;
  closeHours: number | null;
  confirmed: number;
  judged: number;
  grave: number;
  covered: number;
  planned: number;
}

const count = (n: number): Figure => ({ numerator: n, denominator: null, value: n });
const share = (n: number, of: number): Figure => ({ numerator: n, denominator: of, value: of === 0 ? null : n / of });
const median = (n: number, hours: number | null): Figure => ({ numerator: n, denominator: null, value: hours });

const OF: Record<CareIndicatorCode, (row: Row) => Figure> = {
  'warnings-handled': ({ handled }) => count(handled),
  'handled-share': ({ handled, raised }) => share(handled, raised),
  'students-with-plan-and-team': ({ planned }) => count(planned),
  'hours-to-triage': ({ triaged, triageHours }) => median(triaged, triageHours),
  'hours-to-action': ({ acted, actionHours }) => median(acted, actionHours),
  'hours-to-close': ({ closed, closeHours }) => median(closed, closeHours),
  precision: ({ confirmed, judged }) => share(confirmed, judged),
  'care-coverage': ({ covered, grave }) => share(covered, grave),
};

/** How well warnings and care do, over what the caller may see of each. */
@Injectable()
export class CareIndicators {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: CareIndicatorsQuery): Promise<CareIndicatorDto[]> {
    return this.database.read(async (tx) => {
      const rows = await query<Row>(tx, this.rows(actor, request));
      const whole = rows.find((row) => row.whole)!;
      const groups = rows.filter((row) => !row.whole && row.group !== null);
      return (Object.keys(FORMULAS) as CareIndicatorCode[]).map((code) => {
        const each = groups.map((row) => ({ group: row.group!, ...OF[code](row) }));
        return CareIndicatorDto.of(code, OF[code](whole), each);
      });
    });
  }

  /** One row for each group, and one for the whole. A warning that nobody may see is in none. */
  private rows(actor: Actor, { from, to, unitId, by }: CareIndicatorsQuery): Sql {
    const date = this.clock.today();
    const begins = from ? this.clock.instantOf(from, '00:00') : new Date(0);
    const ends = to ? this.clock.instantOf(to, '24:00') : this.clock.now();
    const may = visibleTo(actor, 'early-warning:warning:read', ruleOfWarning, sql`w.student_id`, date);
    const hours = (interval: Sql): Sql => sql`extract(epoch FROM (${interval})) / 3600.0`;
    const middle = (value: Sql): Sql => sql`(percentile_cont(0.5) WITHIN GROUP (ORDER BY ${value}))::float8`;
    const [toTriage, toAction, toClose] = [
      hours(sql`o.triaged_at - o.created_at`),
      hours(sql`CASE WHEN o.acted_at < o.triaged_at THEN interval '0' ELSE o.acted_at - o.triaged_at END`),
      hours(sql`o.closed_at - o.acted_at`),
    ];
    const judged = sql`o.triage IS NOT NULL AND o.triage_reason IS DISTINCT FROM 'already_known'`;
    const grave = sql`o.triage = 'confirmed' AND o.level IN ('orange', 'red')`;
    return sql`WITH o AS (
        SELECT w.student_id, w.status, w.level, w.triage, w.triage_reason, w.created_at, w.triaged_at, c.id AS case_id, c.closed_at, f.acted_at,
               ${groupOf(by, 'w', date)} AS "group", NULL::uuid AS planned
          FROM early_warning.warning w LEFT JOIN early_warning.care_case c ON c.id = w.case_id AND ${caseVisible(actor, date)}
          LEFT JOIN LATERAL (SELECT min(e.recorded_at) AS acted_at FROM early_warning.care_entry e WHERE e.case_id = c.id AND ${HELP}) f ON TRUE
         WHERE w.created_at >= ${begins} AND w.created_at < ${ends} AND w.status NOT IN ('withdrawn', 'notice', 'expired')
           AND ${may} AND ${inUnits(unitId, sql`w.student_id`, date) ?? sql`TRUE`}
        UNION ALL
        SELECT c.student_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ${groupOf(by, 'c', date)}, c.student_id
          FROM early_warning.care_case c
         WHERE c.opened_at < ${ends} AND coalesce(c.closed_at >= ${begins}, TRUE) AND c.goals IS NOT NULL AND ${HAS_MEMBER}
           AND ${caseVisible(actor, date)} AND ${inUnits(unitId, sql`c.student_id`, date) ?? sql`TRUE`})
      SELECT o."group", grouping(o."group") = 1 AS whole, count(o.status)::int AS raised,
             count(*) FILTER (WHERE o.status IN ('dismissed', 'closed'))::int AS handled,
             count(o.triaged_at)::int AS triaged, ${middle(toTriage)} AS "triageHours",
             count(${toAction})::int AS acted, ${middle(toAction)} AS "actionHours",
             count(${toClose})::int AS closed, ${middle(toClose)} AS "closeHours",
             count(*) FILTER (WHERE ${judged} AND o.triage = 'confirmed')::int AS confirmed, count(*) FILTER (WHERE ${judged})::int AS judged,
             (count(DISTINCT o.student_id) FILTER (WHERE ${grave}))::int AS grave,
             (count(DISTINCT o.student_id) FILTER (WHERE ${grave} AND o.case_id IS NOT NULL))::int AS covered,
             count(DISTINCT o.planned)::int AS planned
        FROM o GROUP BY GROUPING SETS ((), (o."group")) ORDER BY 1`;
  }
}

/** SQL: the group to which a warning `w` or a case `c` belongs; cases have no level of a warning and no rule. */
function groupOf(by: Group, row: 'w' | 'c', date: string): Sql {
  if (by === 'college' || by === 'class') return placeOf(row === 'w' ? sql`w.student_id` : sql`c.student_id`, by, date);
  if (row === 'c') return sql`NULL`;
  return by === 'level' ? sql`w.level` : sql`w.rule_code`;
}
