import { sql, type Sql } from '#database';
import { holdsOn } from '#roster';
import { ANSWERING, STAFF } from './kinds.js';

/**
 * SQL: why the person of message `m` may not be told of it on a date, NULL: they may. People leave, and posts go to others, between an event
 * and its message.
 */
export function withheldFor(today: string): Sql {
  const posts = sql`staffing.published_appointment_v1 a WHERE a.person_id = m.person_id AND ${holdsOn(sql`a`, today)}`;
  return sql`CASE
    WHEN NOT EXISTS (SELECT FROM directory.published_person_v1 p WHERE p.id = m.person_id AND p.active) THEN 'gone'
    WHEN m.kind = ANY(${STAFF}::text[]) AND NOT EXISTS (SELECT FROM ${posts}) THEN 'not_answering'
    WHEN m.kind = ANY(${ANSWERING}::text[]) AND NOT EXISTS (
      SELECT FROM ${posts} AND EXISTS (
        SELECT FROM jsonb_array_elements(m.subjects) s JOIN directory.published_membership_v1 b ON b.person_id = (s ->> 'studentId')::uuid
         WHERE b.unit_id = a.unit_id AND ${holdsOn(sql`b`, today)})) THEN 'not_answering'
    END`;
}

/** Predicate: message `m` is in its person's inbox. */
export const TOLD = sql`m.closed_at IS NOT NULL AND m.withheld_for IS NULL`;
