import { query, queryOne, sql, type Tx } from '#database';
import type { Place, Row, Standing } from './objects.js';
import { type Moment, orgsOf, type POST_ROLES, postsInForce, SCHOOL } from './resources.js';

/** Where users belong and which posts they hold. */
export async function standingsOf(
  tx: Tx,
  rows: Row[],
  at: Moment,
): Promise<{ schoolId: string; standings: Map<string, Standing> }> {
  const ids = rows.map(({ id }) => id);
  const standings = new Map<string, Standing>(ids.map((id) => [id, { places: [], posts: [] }]));
  const [school, places, posts, classes] = await Promise.all([
    queryOne<{ id: string }>(tx, sql`SELECT ${SCHOOL} AS id`),
    query<Place & { personId: string }>(
      tx,
      sql`SELECT m.person_id AS "personId", m.unit_id AS "orgId", m.valid_from::text AS "beginDate", m.valid_to::text AS "endDate"
            FROM ${orgsOf(sql`m.person_id = ANY(${ids}::uuid[])`, at)} ORDER BY m.secondary, m.valid_from, m.id`,
    ),
    query<{ personId: string; kind: keyof typeof POST_ROLES }>(
      tx,
      sql`SELECT DISTINCT a.person_id AS "personId", a.kind FROM ${postsInForce(sql`a.person_id = ANY(${ids}::uuid[])`, at)} ORDER BY a.kind`,
    ),
    query<{ personId: string; orgId: string }>(
      tx,
      sql`SELECT DISTINCT ON (m.person_id) m.person_id AS "personId", u.parent_id AS "orgId"
            FROM directory.published_own_membership_v1 m JOIN directory.published_unit_v1 u ON u.id = m.unit_id
           WHERE m.person_id = ANY(${ids}::uuid[]) AND u.kind = 'class' AND u.parent_id IS NOT NULL AND NOT m.deleted
             AND m.valid_from <= ${at.today}::date AND (m.valid_to IS NULL OR m.valid_to > ${at.today}::date)
           ORDER BY m.person_id, m.secondary, m.valid_from, m.id`,
    ),
  ]);
  for (const { personId, ...place } of places) standings.get(personId)!.places.push(place);
  for (const { personId, kind } of posts) standings.get(personId)!.posts.push(kind);
  for (const { personId, orgId } of classes) standings.get(personId)!.classOrgId = orgId;
  return { schoolId: school!.id, standings };
}
