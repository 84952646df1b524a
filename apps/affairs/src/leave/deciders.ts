import { queryOne, sql, type Tx } from '#database';
import { holdsOn } from '#roster';
import { DECIDING_POSTS } from './leave.levels.js';
import { CannotDecideLeaves } from './leave.problems.js';

/** Kinds of posts that decide on leaves. */
export const DECIDING = Object.keys(DECIDING_POSTS);

/** Throws CannotDecideLeaves for somebody who holds no such post on `date`: what is handed to them they could not answer. */
export async function mustDecideLeaves(tx: Tx, personId: string, date: string, pointer: string): Promise<void> {
  const post = await queryOne(
    tx,
    sql`SELECT FROM staffing.published_appointment_v1 a JOIN directory.published_person_v1 p ON p.id = a.person_id AND p.active
         WHERE a.person_id = ${personId} AND a.kind = ANY(${DECIDING}::text[]) AND ${holdsOn(sql`a`, date)}`,
  );
  if (!post) throw new CannotDecideLeaves({ pointer });
}
