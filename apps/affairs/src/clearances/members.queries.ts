import { query, queryOne, sql, type Tx } from '#database';
import { holdsOn } from '#roster';
import { meantFor } from '../students.queries.js';

/**
 * Gives the students of open lists their clearances, all of them or those of one list: who has come since, gets one; who has left the roster,
 * or what the list is for, drops out, and comes back to where they were. Done again it changes nothing. Answers how many were new.
 */
export async function fillLists(tx: Tx, date: string, listId?: string): Promise<number> {
  // One after the other: both would give the same students theirs.
  await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('affairs.clearance-members'))`);
  const lists = sql`l.status = 'open' AND (${listId ?? null}::uuid IS NULL OR l.id = ${listId ?? null})`;
  await query(
    tx,
    sql`UPDATE affairs.clearance c SET left_on = CASE WHEN n.member THEN NULL ELSE ${date}::date END, version = c.version + 1, updated_at = now()
          FROM (SELECT k.id, coalesce(${meantFor(sql`l`, sql`p`, date)}, false) AS member FROM affairs.clearance k
                  JOIN affairs.clearance_list l ON l.id = k.list_id LEFT JOIN directory.published_student_v1 p ON p.id = k.student_id
                 WHERE ${lists}) n
         WHERE n.id = c.id AND n.member = (c.left_on IS NOT NULL)`,
  );
  const added = await queryOne<{ n: number }>(
    tx,
    sql`WITH added AS (
          INSERT INTO affairs.clearance (id, list_id, student_id)
          SELECT gen_random_uuid(), l.id, p.id FROM affairs.clearance_list l JOIN directory.published_student_v1 p ON ${meantFor(sql`l`, sql`p`, date)}
           WHERE ${lists} AND NOT EXISTS (SELECT FROM affairs.clearance c WHERE c.list_id = l.id AND c.student_id = p.id)
          RETURNING id)
        SELECT count(*)::int AS n FROM added`,
  );
  if (added!.n === 0) return 0;
  await query(
    tx,
    sql`INSERT INTO affairs.clearance_sign_off (id, clearance_id, list_id, student_id, entry, position, unit_id, blocking, state)
        SELECT gen_random_uuid(), c.id, c.list_id, c.student_id, e->>'code', n, coalesce((e->>'unitId')::uuid, college.unit_id),
               (e->>'blocking')::boolean, 'waiting'
          FROM affairs.clearance c JOIN affairs.clearance_list l ON l.id = c.list_id
          CROSS JOIN jsonb_array_elements(l.entries) WITH ORDINALITY AS entry(e, n)
          LEFT JOIN LATERAL (SELECT m.unit_id FROM directory.published_membership_v1 m
                              WHERE m.person_id = c.student_id AND m.unit_kind = 'college' AND NOT m.secondary AND ${holdsOn(sql`m`, date)}
                              LIMIT 1) college ON e->>'unitId' IS NULL
         WHERE ${lists} AND NOT EXISTS (SELECT FROM affairs.clearance_sign_off s WHERE s.clearance_id = c.id)`,
  );
  return added!.n;
}
