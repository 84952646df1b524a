import { query, queryOne, sql, type Tx } from '#database';
import { type Changes, type Samples, withoutNulls } from '../changes.js';
import type { Identities, ShrinkGuard } from '../shrink-guard.js';
import type { RosterContext } from './plan.queries.js';

/** What an import did, or would do. */
export interface RosterChanges {
  terms: Changes;
  units: Changes;
  people: Changes;
  memberships: Changes;
}

/** What the planned import does, and whether the guard lets it. */
export async function checkRoster(tx: Tx, context: RosterContext, guard: ShrinkGuard): Promise<RosterChanges> {
  const changes = await countChanges(tx);
  const { students, studentsEnded, memberships, membershipsEnded } = await measureShrinking(tx, context);
  guard.check({ zh: '在籍学生', en: 'active students' }, students, studentsEnded);
  guard.check({ zh: '当前归属', en: 'open memberships' }, memberships, membershipsEnded);
  guard.checkUnits(await emptiedUnits(tx, context));
  guard.checkIdentities(await measureIdentities(tx));
  return changes;
}

async function countChanges(tx: Tx): Promise<RosterChanges> {
  const row = await queryOne<RosterChanges>(
    tx,
    sql`SELECT (SELECT jsonb_build_object('create', count(*) FILTER (WHERE action = 'create'),
                         'change', count(*) FILTER (WHERE action = 'change'), 'close', 0) FROM staged_term) AS terms,
               (SELECT jsonb_build_object('create', count(*) FILTER (WHERE action = 'create'),
                         'change', count(*) FILTER (WHERE action = 'change'), 'close', (SELECT count(*) FROM gone_unit)) FROM staged_unit) AS units,
               (SELECT jsonb_build_object('create', count(*) FILTER (WHERE action = 'create'),
                         'change', count(*) FILTER (WHERE action = 'change'), 'close', (SELECT count(*) FROM gone_person)) FROM staged_user) AS people,
               (SELECT jsonb_build_object('create', count(*) FILTER (WHERE action = 'create'),
                         'change', count(*) FILTER (WHERE action = 'change'), 'close', (SELECT count(*) FROM gone_membership))
                  FROM planned_membership) AS memberships`,
  );
  return row!;
}

/** Active students and open memberships of the source, and how many of them the import would end. */
async function measureShrinking(
  tx: Tx,
  { source, today, whole }: RosterContext,
): Promise<{ students: number; studentsEnded: number; memberships: number; membershipsEnded: number }> {
  const row = await queryOne<{
    students: number;
    studentsEnded: number;
    memberships: number;
    membershipsEnded: number;
  }>(
    tx,
    sql`SELECT (SELECT count(*)::int FROM directory.source_link l JOIN directory.person p ON p.id = l.id
                 WHERE l.source = ${source} AND l.kind = 'person' AND p.kind = 'student' AND p.active) AS students,
               (SELECT count(*)::int FROM gone_person WHERE kind = 'student')
                 + (SELECT count(*)::int FROM staged_user s JOIN directory.person p ON p.id = s.id
                     WHERE p.kind = 'student' AND p.active AND NOT s.active AND NOT s.alias) AS "studentsEnded",
               (SELECT count(*)::int FROM directory.membership m JOIN directory.unit u ON u.id = m.unit_id
                 WHERE m.source = ${source} AND (m.valid_to IS NULL OR m.valid_to > ${today})
                   AND u.kind = ANY(${whole.memberships})) AS memberships,
               (SELECT count(*)::int FROM gone_membership) AS "membershipsEnded"`,
  );
  return row!;
}

/** Units that the source brought students into and all of whose students it now brings no more, or in no unit of the kind. */
async function emptiedUnits(tx: Tx, { source, today }: RosterContext): Promise<{ code: string; students: number }[]> {
  return query(
    tx,
    sql`SELECT u.code, count(*)::int AS students
          FROM directory.membership m
          JOIN directory.unit u ON u.id = m.unit_id AND u.kind <> 'course_class'
          JOIN directory.person p ON p.id = m.person_id AND p.kind = 'student' AND p.active
          LEFT JOIN gone_membership g ON g.id = m.id
          LEFT JOIN staged_user s ON s.id = p.id AND s.active
         WHERE m.source = ${source} AND m.valid_from <= ${today} AND (m.valid_to IS NULL OR m.valid_to > ${today})
         GROUP BY u.id, u.code
        HAVING bool_and(g.id IS NOT NULL AND s.id IS NULL)
         ORDER BY u.code`,
  );
}

/** Of the people the set speaks of and we know. */
async function measureIdentities(tx: Tx): Promise<Identities> {
  const row = await queryOne<Identities>(
    tx,
    sql`SELECT count(*)::int AS people, count(*) FILTER (WHERE changed && '{number}')::int AS renumbered,
               count(*) FILTER (WHERE changed @> '{number,name}')::int AS replaced
          FROM staged_user WHERE action <> 'create'`,
  );
  return row!;
}

/** Some of what would be made, changed and ended: lines and ids, no contents. */
export async function sampleChanges(tx: Tx, { people }: RosterContext): Promise<Samples> {
  const id = sql`CASE WHEN action <> 'create' THEN id END`;
  const staged = (action: 'create' | 'change') =>
    query(
      tx,
      sql`(SELECT 'term' AS what, 'academicSessions.csv' AS file, line, ${id} AS id, NULL::uuid AS "unitId", changed AS columns
             FROM staged_term WHERE action = ${action} ORDER BY line LIMIT 25)
          UNION ALL (SELECT 'unit', file, line, ${id}, NULL, changed FROM staged_unit WHERE action = ${action} ORDER BY n LIMIT 25)
          UNION ALL (SELECT 'person', ${people.file}, line, ${id}, NULL, changed FROM staged_user WHERE action = ${action} ORDER BY line LIMIT 25)
          UNION ALL (SELECT 'membership', ${people.file}, p.line, CASE WHEN p.action <> 'create' THEN p.id END,
                            CASE WHEN u.action <> 'create' THEN u.id END, NULL
                       FROM planned_membership m JOIN staged_user p ON p.id = m.person_id JOIN staged_unit u ON u.id = m.unit_id
                      WHERE m.action = ${action} ORDER BY p.line LIMIT 25)`,
    );
  const close = await query(
    tx,
    sql`(SELECT 'unit' AS what, id, NULL::uuid AS "unitId" FROM gone_unit LIMIT 33)
        UNION ALL (SELECT 'person', id, NULL FROM gone_person LIMIT 33)
        UNION ALL (SELECT 'membership', person_id, unit_id FROM gone_membership LIMIT 34)`,
  );
  return withoutNulls({ create: await staged('create'), change: await staged('change'), close });
}
