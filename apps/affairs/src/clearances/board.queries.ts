import { query, sql, type Tx } from '#database';
import { holdsOn, inScope, type Scope } from '#roster';
import type { ClearanceList } from './clearance-list.entity.js';
import type { BoardCollegeDto, BoardEntryDto } from './lists.dto.js';

interface Counts {
  total: number;
  complete: number;
  deferred: number;
  entries: BoardEntryDto[];
  colleges: BoardCollegeDto[];
}

/** How far the students of a list within a scope are, those who have left the list apart. One statement. */
export async function boardOf(tx: Tx, list: ClearanceList, scope: Scope, date: string): Promise<Counts> {
  const colleges = await query<BoardCollegeDto>(
    tx,
    sql`WITH mine AS (
          SELECT c.id, c.open_blocking = 0 AS complete,
                 (SELECT m.unit_id FROM directory.published_membership_v1 m
                   WHERE m.person_id = c.student_id AND m.unit_kind = 'college' AND NOT m.secondary AND ${holdsOn(sql`m`, date)} LIMIT 1) AS college
            FROM affairs.clearance c WHERE c.list_id = ${list.id} AND c.left_on IS NULL AND ${inScope(scope, sql`c.student_id`, date)}),
        entry AS (
          SELECT m.college, s.entry, s.position, count(*) FILTER (WHERE s.state IN ('cleared','waived'))::int AS done,
                 count(*) FILTER (WHERE s.state = 'deferred')::int AS deferred,
                 count(*) FILTER (WHERE s.state IN ('waiting','evidence_given','refused'))::int AS open,
                 count(*) FILTER (WHERE s.state = 'refused')::int AS refused
            FROM mine m JOIN affairs.clearance_sign_off s ON s.clearance_id = m.id GROUP BY 1, 2, 3),
        college AS (
          SELECT m.college, count(*)::int AS total, count(*) FILTER (WHERE m.complete)::int AS complete,
                 count(*) FILTER (WHERE EXISTS (SELECT FROM affairs.clearance_sign_off s
                                                 WHERE s.clearance_id = m.id AND s.state = 'deferred'))::int AS deferred
            FROM mine m GROUP BY 1)
        SELECT c.college AS "unitId", u.name, c.total, c.complete, c.deferred,
               (SELECT json_agg(json_build_object('entry', e.entry, 'done', e.done, 'deferred', e.deferred, 'open', e.open, 'refused', e.refused)
                         ORDER BY e.position) FROM entry e WHERE e.college IS NOT DISTINCT FROM c.college) AS entries
          FROM college c LEFT JOIN directory.published_unit_v1 u ON u.id = c.college ORDER BY u.code, c.college`,
  );
  const sum = <K extends string>(rows: readonly Record<K, number>[], key: K): number =>
    rows.reduce((total, row) => total + row[key], 0);
  const entries = list.entries.map(({ code }) => {
    const rows = colleges.flatMap((college) => college.entries.filter(({ entry }) => entry === code));
    const [done, deferred] = [sum(rows, 'done'), sum(rows, 'deferred')];
    return { entry: code, done, deferred, open: sum(rows, 'open'), refused: sum(rows, 'refused') };
  });
  const [total, complete] = [sum(colleges, 'total'), sum(colleges, 'complete')];
  return { total, complete, deferred: sum(colleges, 'deferred'), entries, colleges };
}
