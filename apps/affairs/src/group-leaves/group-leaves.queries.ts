import type { Actor } from '#auth';
import type { Bilingual } from '#contracts';
import { findInScope, join, query, sql, StaleVersionError, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { holdsOn, inScope } from '#roster';
import type { LeavePost } from '../leave/leave.levels.js';
import type { LeavePolicy } from '../leave/leave.policy.js';
import { GroupLeave } from './group-leave.entity.js';

/** Why a student cannot be on leave with a group; the codes are those of the findings of a leave. */
export const MEMBER_PROBLEMS: Record<string, Bilingual> = {
  'not-found': { zh: '没有此学生，或不在您的职责范围', en: 'no such student within your scope' },
  overlap: { zh: '与其他请假重叠', en: 'overlaps another leave' },
  'too-long': { zh: '与前后相连的请假合计超过最长假期', en: 'is too long together with the leaves next to it' },
};

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

/** Posts that decide on a group of so many days: whoever has the last word at that level of the policy, or at a longer one. */
export function decidingPosts({ levels }: Pick<LeavePolicy, 'levels'>, days: number): LeavePost[] {
  return levels.filter(({ upToDays }) => upToDays >= days).flatMap(({ approvers }) => approvers.slice(-1));
}

/** Who holds one of the posts over every one of the students on a date, none of whom they are. */
export async function decidersOf(
  tx: Tx,
  posts: readonly LeavePost[],
  studentIds: readonly string[],
  date: string,
): Promise<string[]> {
  if (posts.length === 0 || studentIds.length === 0) return [];
  const over = posts.map(
    ({ kind, unitKind = null }) => sql`
      SELECT a.person_id AS id FROM directory.published_membership_v1 m JOIN staffing.published_appointment_v1 a ON a.unit_id = m.unit_id
       WHERE m.person_id = ANY(${studentIds}::uuid[]) AND a.kind = ${kind} AND (${unitKind}::text IS NULL OR m.unit_kind = ${unitKind})
         AND a.person_id <> ALL(${studentIds}::uuid[]) AND ${holdsOn(sql`m`, date)} AND ${holdsOn(sql`a`, date)}
       GROUP BY 1 HAVING count(DISTINCT m.person_id) = ${studentIds.length}`,
  );
  return (await query<{ id: string }>(tx, join(over, ' UNION '))).map(({ id }) => id);
}
