import type { Actor } from '#auth';
import { findInScope, join, queryOne, sql, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { inScope, personRef, personWithPosts, responsibleStaffOf } from '#roster';
import { CareCase } from './care-case.entity.js';
import type { CaseAsker, CaseWaiting } from './case-offers.js';
import { ApplicationUnknown, CaseNeedsPerson, PersonNotFit } from './cases.problems.js';
import { belongs, TAKING_PART } from './owners.queries.js';

/** SQL: who owns a case `c` now. */
export const OWNER = sql`(SELECT o.person_id FROM early_warning.care_owner o WHERE o.case_id = c.id AND o.valid_to IS NULL)`;

/** SQL predicate over a case `c`: somebody is in its team. */
export const HAS_MEMBER = sql`EXISTS (SELECT FROM early_warning.care_member m WHERE m.case_id = c.id AND m.left_at IS NULL)`;
/** SQL predicate over an entry `e`: something was done to help. */
export const HELP = sql`e.voided_at IS NULL AND e.kind IN ('talk', 'visit', 'call', 'action')`;
const HAS_HELP = sql`EXISTS (SELECT FROM early_warning.care_entry e WHERE e.case_id = c.id AND ${HELP})`;
const IS_SUPERVISED = sql`EXISTS (SELECT FROM early_warning.care_supervision s WHERE s.case_id = c.id AND s.ended_at IS NULL)`;

/** SQL: how far a case `c` is, from what was recorded of it. */
export const stageOf = sql`CASE WHEN c.closed_at IS NOT NULL THEN 'closed' WHEN ${IS_SUPERVISED} THEN 'supervised'
  WHEN c.level IS NULL THEN 'found' WHEN NOT ${HAS_MEMBER} THEN 'levelled'
  WHEN c.goals IS NULL OR NOT ${HAS_HELP} THEN 'team' ELSE 'helping' END`;

/** SQL predicate over a case `c`: nothing was recorded for as long as its level allows. */
export function quiet(today: string): Sql {
  return sql`(c.closed_at IS NULL AND c.quiet_on <= ${today})`;
}

/** SQL predicate over a case `c`: what is due is overdue. */
export function overdue(today: string): Sql {
  return sql`(c.closed_at IS NULL AND (c.level_due_on < ${today} OR c.review_on < ${today} OR EXISTS (
    SELECT FROM early_warning.care_measure q WHERE q.case_id = c.id AND q.status = 'open' AND q.due_on < ${today})))`;
}

/** SQL: class or college of the student in a column, in words. */
export function placeOf(student: Sql, kind: 'class' | 'college', date: string): Sql {
  return sql`(SELECT u.name FROM directory.published_membership_v1 m JOIN directory.published_unit_v1 u ON u.id = m.unit_id
     WHERE m.person_id = ${student} AND m.unit_kind = ${kind} AND m.valid_from <= ${date} AND (m.valid_to IS NULL OR m.valid_to > ${date})
     ORDER BY m.secondary, u.id LIMIT 1)`;
}

/** SQL: where the student in a column is, and who answers for them, in words. */
export function whereOf(student: Sql, date: string): Sql {
  return sql`json_build_object('college', ${placeOf(student, 'college', date)}, 'className', ${placeOf(student, 'class', date)},
    'counselors', ${responsibleStaffOf(student, date, ['counselor'])})`;
}

/** SQL: what a list shows of a case `c`. */
export function columns(today: string): Sql {
  return sql`c.id, ${personRef(sql`c.student_id`)} AS student, ${whereOf(sql`c.student_id`, today)} AS "where", c.kind, c.origin, c.level,
    ${stageOf} AS stage, ${personRef(OWNER)} AS owner, c.opened_at AS "openedAt", c.level_due_on::text AS "levelDueOn",
    c.review_on::text AS "reviewOn", c.active_on::text AS "activeOn", c.quiet_on::text AS "quietOn", (${quiet(today)} IS TRUE) AS quiet,
    (${overdue(today)} IS TRUE) AS overdue, c.closed_at AS "closedAt", c.effect, c.reopened_count AS "reopenedCount", c.application_id AS "applicationId", c.updated_at AS "updatedAt", c.version`;
}

/**
 * SQL predicate over a case `c`: who answers for the student by their post, who owns it or is in its team, and to whom it is offered. Never
 * an app by itself, and never the student: the case is about helping them, and they hear of it by being helped.
 */
export function caseVisible(actor: Actor, today: string): Sql {
  const { personId } = actor;
  if (personId === undefined) return sql`FALSE`;
  return sql`(c.student_id <> ${personId} AND (${inScope(actor.scopeOf('early-warning:case:read'), sql`c.student_id`, today)} OR ${takesPart(actor, personId, today)}))`;
}

/** SQL predicate over a supervision `s`: it is up to the actor, who still holds its post over the student. */
export function supervises(actor: Actor, today: string): Sql {
  if (actor.personId === undefined) return sql`FALSE`;
  const byPost = [...actor.scopesByPost('early-warning:case:take-part')].map(
    ([post, scope]) => sql`(coalesce(s.post, ${post}) = ${post} AND ${inScope(scope, sql`s.student_id`, today)})`,
  );
  if (byPost.length === 0) return sql`FALSE`;
  return sql`(${actor.personId}::uuid = ANY(s.person_ids) AND (${join(byPost, ' OR ')}))`;
}

/** SQL predicate: the actor still holds the post in one column over the student in another. NULL: it is theirs by no post. */
function byPost(actor: Actor, post: Sql, student: Sql, today: string): Sql {
  const held = new Map([
    ...actor.scopesByPost('early-warning:case:read'),
    ...actor.scopesByPost('early-warning:case:take-part'),
  ]);
  if (held.size === 0) return sql`FALSE`;
  // Of a student who has left the school it stays with the post: somebody has to close it.
  const each = [...held].map(
    ([kind, scope]) => sql`${post} = ${kind} AND (${inScope(scope, student, today)} OR NOT ${belongs(student, today)})`,
  );
  return sql`(${post} IS NULL OR ${join(each, ' OR ')})`;
}

/** SQL: ids of the cases that the actor owns. */
function owned(actor: Actor, personId: string, today: string): Sql {
  return sql`SELECT o.case_id FROM early_warning.care_owner o JOIN early_warning.care_case k ON k.id = o.case_id
    WHERE o.person_id = ${personId} AND o.valid_to IS NULL AND ${byPost(actor, sql`o.post`, sql`k.student_id`, today)}`;
}

/** SQL predicate over a member `m` of a team: it is the actor. */
function isMember(actor: Actor, personId: string, today: string): Sql {
  return sql`(m.person_id = ${personId} AND m.left_at IS NULL AND ${byPost(actor, sql`m.post`, sql`m.student_id`, today)})`;
}

function takesPart(actor: Actor, personId: string, today: string): Sql {
  return sql`c.id IN (${owned(actor, personId, today)}
    UNION ALL SELECT m.case_id FROM early_warning.care_member m WHERE ${isMember(actor, personId, today)}
    UNION ALL SELECT case_id FROM early_warning.care_transfer WHERE to_id = ${personId} AND status = 'offered'
    UNION ALL SELECT s.case_id FROM early_warning.care_supervision s WHERE s.ended_at IS NULL AND ${supervises(actor, today)})`;
}

/** A case that the actor sees, to oneself until `tx` ends where asked. Throws NotFound. */
export async function findCase(tx: Tx, actor: Actor, id: string, today: string, lock?: 'update'): Promise<CareCase> {
  const found = await findInScope(tx, CareCase, id, {
    alias: 'c',
    where: caseVisible(actor, today),
    ...(lock && { lock }),
  });
  if (!found) throw new NotFound({ what: 'case' });
  return found;
}

/** Who asks about a case, and what of it waits: one statement. */
export async function standingOf(
  tx: Tx,
  actor: Actor,
  { id, studentId }: Pick<CareCase, 'id' | 'studentId'>,
  today: string,
): Promise<{ by: CaseAsker; waiting: CaseWaiting }> {
  const personId = personOf(actor);
  const student = sql`${studentId}::uuid`;
  const row = await queryOne<Omit<CaseAsker, 'personId'> & CaseWaiting>(
    tx,
    sql`SELECT c.id IN (${owned(actor, personId, today)}) AS owner, coalesce(bool_or(m.person_id IS NOT NULL), FALSE) AS member, coalesce(bool_or(m.lead), FALSE) AS lead,
               ${inScope(actor.scopeOf('early-warning:case:write'), student, today)} AS writes,
               ${inScope(actor.scopeOf('early-warning:case:decide'), student, today)} AS decides,
               (SELECT coalesce(json_object_agg(d.what, d.proposed_by), '{}') FROM early_warning.care_decision d
                 WHERE d.case_id = c.id AND d.status = 'proposed') AS "proposedBy",
               (SELECT t.to_id FROM early_warning.care_transfer t WHERE t.case_id = c.id AND t.status = 'offered') AS "offeredTo"
          FROM early_warning.care_case c
          LEFT JOIN early_warning.care_member m ON m.case_id = c.id AND ${isMember(actor, personId, today)}
         WHERE c.id = ${id} GROUP BY c.id`,
  );
  const { owner, member, lead, writes, decides, proposedBy, offeredTo } = row!;
  return { by: { personId, owner, member, lead, writes, decides }, waiting: { proposedBy, offeredTo } };
}

/** The person who acts. Throws CaseNeedsPerson (403) for an app by itself. */
export function personOf(actor: Actor): string {
  if (actor.personId === undefined) throw new CaseNeedsPerson();
  return actor.personId;
}

/** An application of the student's, as affairs publishes it, that the actor may see. Throws ApplicationUnknown (422). */
export async function mustSeeApplication(
  tx: Tx,
  actor: Actor,
  id: string,
  studentId: string,
  today: string,
): Promise<void> {
  const seen = inScope(actor.scopeOf('affairs:application:read'), sql`a.student_id`, today);
  const row = await queryOne(
    tx,
    sql`SELECT FROM affairs.published_application_v1 a WHERE a.id = ${id} AND a.student_id = ${studentId} AND ${seen}`,
  );
  if (!row) throw new ApplicationUnknown({ pointer: '#/applicationId' });
}

/** Somebody who may take part in care: active staff with a post that says so, and not the student. Throws PersonNotFit (422). */
export async function mustTakePart(
  tx: Tx,
  personId: string,
  studentId: string,
  today: string,
  pointer: string,
): Promise<void> {
  const person = personId === studentId ? undefined : await personWithPosts(tx, personId, today);
  const fits = person?.active && person.kind === 'staff' && person.posts.some(({ kind }) => TAKING_PART.includes(kind));
  if (!fits) throw new PersonNotFit({ pointer });
}
