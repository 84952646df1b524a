import { APPOINTMENT_KINDS, type AppointmentKind, ROLE_PERMISSIONS } from '#contracts';
import { newId, query, queryOne, sql, type Sql, type Tx } from '#database';
import { holdsOn } from '#roster';

/** Posts whose holders may take part in care. */
export const TAKING_PART = (Object.keys(APPOINTMENT_KINDS) as AppointmentKind[]).filter((kind) =>
  ROLE_PERMISSIONS[kind].includes('early-warning:case:take-part'),
);

/** SQL predicate: the student in a column belongs to a unit. Over one who has left the school nobody holds a post. */
export function belongs(student: Sql, today: string): Sql {
  return sql`EXISTS (SELECT FROM directory.published_membership_v1 b WHERE b.person_id = ${student} AND ${holdsOn(sql`b`, today)})`;
}

/** SQL: the post by which the person in a column takes part in care of the student in another; null: they hold none over them. */
function postOver(person: Sql, student: Sql, today: string): Sql {
  return sql`(SELECT a.kind FROM staffing.published_appointment_v1 a JOIN directory.published_membership_v1 m ON m.unit_id = a.unit_id
     WHERE a.person_id = ${person} AND m.person_id = ${student} AND a.kind = ANY(${TAKING_PART}::text[])
       AND ${holdsOn(sql`a`, today)} AND ${holdsOn(sql`m`, today)} ORDER BY array_position(${TAKING_PART}::text[], a.kind) LIMIT 1)`;
}

/** SQL predicate: the person in a column holds a post, wherever, that takes part in care. */
function takingPart(person: Sql, today: string): Sql {
  return sql`EXISTS (SELECT FROM staffing.published_appointment_v1 a
    WHERE a.person_id = ${person} AND a.kind = ANY(${TAKING_PART}::text[]) AND ${holdsOn(sql`a`, today)})`;
}

/** A case whose owner does not hold the post any more by which it is theirs. */
export interface Left {
  caseId: string;
  studentId: string;
  ownerId: string;
  /** Null: they held none over the student, and hold none at all now. */
  post: AppointmentKind | null;
  /** It is offered to somebody who may not take it any more. */
  transferId: string | null;
}

/** Open cases whose owner left. What is offered to somebody who can still answer waits for the answer. */
export function whoLeft(tx: Tx, today: string): Promise<Left[]> {
  const holds = sql`EXISTS (SELECT FROM staffing.published_appointment_v1 a JOIN directory.published_membership_v1 m ON m.unit_id = a.unit_id
    WHERE a.person_id = o.person_id AND a.kind = o.post AND m.person_id = c.student_id AND ${holdsOn(sql`a`, today)} AND ${holdsOn(sql`m`, today)})`;
  return query<Left>(
    tx,
    sql`SELECT c.id AS "caseId", c.student_id AS "studentId", o.person_id AS "ownerId", o.post, t.id AS "transferId"
          FROM early_warning.care_case c JOIN early_warning.care_owner o ON o.case_id = c.id AND o.valid_to IS NULL
          LEFT JOIN early_warning.care_transfer t ON t.case_id = c.id AND t.status = 'offered'
         WHERE c.closed_at IS NULL AND ${belongs(sql`c.student_id`, today)}
           AND NOT CASE WHEN o.post IS NULL THEN ${takingPart(sql`o.person_id`, today)} ELSE ${holds} END
           AND (t.id IS NULL OR NOT ${takingPart(sql`t.to_id`, today)}) ORDER BY c.id`,
  );
}

/** Owners who held no post over the student when it became theirs, and hold one now, have it by that post. */
export async function rememberPosts(tx: Tx, today: string): Promise<void> {
  await query(
    tx,
    sql`UPDATE early_warning.care_owner o SET post = n.post
          FROM (SELECT o.id, ${postOver(sql`o.person_id`, sql`c.student_id`, today)} AS post
                  FROM early_warning.care_owner o JOIN early_warning.care_case c ON c.id = o.case_id
                 WHERE o.valid_to IS NULL AND o.post IS NULL AND c.closed_at IS NULL) n
         WHERE o.id = n.id AND n.post IS NOT NULL`,
  );
}

export async function ownerOf(tx: Tx, caseId: string): Promise<string> {
  const row = await queryOne<{ id: string }>(
    tx,
    sql`SELECT person_id AS id FROM early_warning.care_owner WHERE case_id = ${caseId} AND valid_to IS NULL`,
  );
  return row!.id;
}

/** From now on somebody owns the case, by the post that they hold over the student. */
export async function own(
  tx: Tx,
  of: { id: string; studentId: string },
  personId: string,
  why: string,
  { now, today }: { now: Date; today: string },
): Promise<void> {
  const post = postOver(sql`${personId}::uuid`, sql`${of.studentId}::uuid`, today);
  await query(
    tx,
    sql`INSERT INTO early_warning.care_owner (id, case_id, person_id, post, valid_from, why)
        VALUES (${newId()}, ${of.id}, ${personId}, ${post}, ${now}, ${why})`,
  );
}

/** One owner ends in the instant in which the other begins; the table refuses anything else. */
export async function handOver(...[tx, of, toId, why, when]: Parameters<typeof own>): Promise<void> {
  await query(
    tx,
    sql`UPDATE early_warning.care_owner SET valid_to = ${when.now} WHERE case_id = ${of.id} AND valid_to IS NULL`,
  );
  await own(tx, of, toId, why, when);
}
