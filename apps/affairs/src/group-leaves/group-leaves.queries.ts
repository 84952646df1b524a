import type { Actor } from '#auth';
import type { Bilingual } from '#contracts';
import { empty, findInScope, sql, StaleVersionError, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { holdsOn, inScope } from '#roster';
import { GroupLeave } from './group-leave.entity.js';

/** Why a student cannot be on leave with a group; the codes are those of the findings of a leave. */
export const MEMBER_PROBLEMS: Record<string, Bilingual> = {
  'not-found': { zh: '没有此学生，或不在您的职责范围', en: 'no such student within your scope' },
  overlap: { zh: '与其他请假重叠', en: 'overlaps another leave' },
  'too-long': { zh: '与前后相连的请假合计超过最长假期', en: 'is too long together with the leaves next to it' },
  'not-possible': { zh: '届时不能随团请假', en: 'cannot be on leave with the group then' },
};
/** These tell that a student has another leave. */
const OF_OTHER_LEAVES = ['overlap', 'too-long'];

/** SQL: why a student cannot be on leave with the group, as the actor is told. Of other leaves only who sees the student's leaves hears. */
export function problemFor(actor: Actor, student: Sql, problem: Sql, date: string): Sql {
  const seen = inScope(actor.scopeOf('affairs:leave:read'), student, date);
  return sql`(CASE WHEN ${problem} = ANY(${OF_OTHER_LEAVES}::text[]) AND NOT ${seen} THEN 'not-possible' ELSE ${problem} END)`;
}

/**
 * SQL predicate over a student: may the actor list them? Students they answer for, and of an organisation of students that they lead its
 * members.
 */
export function mayList(actor: Actor, student: Sql, date: string): Sql {
  const scope = inScope(actor.scopeOf('affairs:group-leave:submit'), student, date);
  if (!actor.personId) return scope;
  return sql`(${scope} OR ${student} IN (
    SELECT m.student_id FROM affairs.organisation_member o JOIN affairs.organisation_member m ON m.organisation_id = o.organisation_id
     WHERE o.student_id = ${actor.personId} AND o.post IN ('president','officer') AND ${holdsOn(sql`o`, date)} AND ${holdsOn(sql`m`, date)}))`;
}

/** Predicate over a group leave `g`: one's own request, a list one is on, or that has students one answers for. */
export function groupVisible(actor: Actor, date: string): Sql {
  const own = sql`g.organiser = ${actor.personId ?? actor.app}`;
  return sql`(${own} OR EXISTS (SELECT FROM affairs.group_leave_member m WHERE m.group_id = g.id AND ${memberVisible(actor, date)}))`;
}

/** Predicate over a member `m`: oneself, or a student one answers for. */
export function memberVisible(actor: Actor, date: string): Sql {
  return sql`(m.problem IS DISTINCT FROM 'not-found' AND ${inScope(actor.scopeOf('affairs:leave:read'), sql`m.student_id`, date)})`;
}

/** The group leave to oneself until `tx` ends. Throws NotFound, or 412 when it is stale. */
export async function lockGroup(tx: Tx, visible: Sql, id: string, expected: number): Promise<GroupLeave> {
  const found = await findInScope(tx, GroupLeave, id, { alias: 'g', where: visible, lock: 'update' });
  if (!found) throw new NotFound({ what: 'group-leave' });
  if (found.version !== expected) throw new StaleVersionError();
  return found;
}

/**
 * SQL: ids of who decides on a group leave `g`, as `id`: they hold one of its posts over every student of the list on a date, have not asked
 * for it, and are not on the list. `person`: asks of them alone.
 */
export function decidersOf(date: string, person?: string): Sql {
  const list = sql`affairs.group_leave_member l WHERE l.group_id = g.id AND l.state = 'listed'`;
  return sql`SELECT DISTINCT d.id FROM jsonb_to_recordset(g.posts) AS post(kind text, "unitKind" text) CROSS JOIN LATERAL (
    SELECT a.person_id AS id FROM staffing.published_appointment_v1 a JOIN directory.published_membership_v1 m ON m.unit_id = a.unit_id
     WHERE a.kind = post.kind AND (post."unitKind" IS NULL OR m.unit_kind = post."unitKind") AND ${holdsOn(sql`a`, date)} AND ${holdsOn(sql`m`, date)}
       AND m.person_id IN (SELECT l.student_id FROM ${list}) AND a.person_id NOT IN (SELECT l.student_id FROM ${list})
       AND a.person_id::text <> g.organiser ${person ? sql`AND a.person_id = ${person}` : empty}
     GROUP BY 1 HAVING count(DISTINCT m.person_id) = (SELECT count(*) FROM ${list})) d`;
}
