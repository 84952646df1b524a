import type { Actor } from '#auth';
import { findInScope, query, queryOne, sql, StaleVersionError, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { holdsOn, inScope, unitInScope, unitsAbove } from '#roster';
import { awardedElsewhere } from './round-evaluation.js';
import { Round, type RoundAsker } from './round.entity.js';

/** Predicate over a round `r`: is the actor one of its reviewers? */
function reviewedBy(actor: Actor, roundId: Sql): Sql {
  const me = actor.personId;
  return me && actor.can('affairs:round:review')
    ? sql`EXISTS (SELECT FROM affairs.round_reviewer v WHERE v.round_id = ${roundId} AND v.person_id = ${me})`
    : sql`FALSE`;
}

/**
 * Predicate over a round `r`: a draft exists for whoever may hold rounds of its unit alone; after that for the students of the unit, and for
 * staff of it, above and below it.
 */
export function visibleRound(actor: Actor, date: string): Sql {
  const { school, unitIds, personId } = actor.scopeOf('affairs:round:read');
  const manages = unitInScope(actor.scopeOf('affairs:round:manage'), sql`r.unit_id`);
  if (school) return sql`(${manages} OR r.status <> 'draft')`;
  const student = personId
    ? sql`EXISTS (SELECT FROM directory.published_membership_v1 m WHERE m.person_id = ${personId} AND m.unit_id = r.unit_id AND ${holdsOn(sql`m`, date)})`
    : sql`FALSE`;
  const staff = sql`(${unitInScope({ school, unitIds }, sql`r.unit_id`)}
    OR EXISTS (SELECT FROM unnest(${unitIds}::uuid[]) u(id) WHERE r.unit_id IN (${unitsAbove(sql`u.id`)})))`;
  return sql`(${manages} OR r.status <> 'draft' AND (${student} OR ${staff} OR ${reviewedBy(actor, sql`r.id`)}))`;
}

/** Predicate over an entry `e`: one's own, those of students one answers for, and as a reviewer those of the round. */
export function visibleEntry(actor: Actor, date: string): Sql {
  return sql`(${inScope(actor.scopeOf('affairs:round:read'), sql`e.student_id`, date)} OR ${reviewedBy(actor, sql`e.round_id`)})`;
}

/** The round to oneself until `tx` ends. Throws NotFound, or 412 when it is stale. */
export async function lockRound(tx: Tx, where: Sql, id: string, expected?: number): Promise<Round> {
  const round = await findInScope(tx, Round, id, { alias: 'r', where, lock: 'update' });
  if (!round) throw new NotFound({ what: 'round' });
  if (expected !== undefined && round.version !== expected) throw new StaleVersionError();
  return round;
}

/** Rounds of one group and year become final one after the other until `tx` ends: two at once cannot both give to one student. */
export async function lockGroup(
  tx: Tx,
  { awardGroup, schoolYear }: Pick<Round, 'awardGroup' | 'schoolYear'>,
): Promise<void> {
  if (awardGroup === null) return;
  await query(
    tx,
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${`affairs.round group ${awardGroup} ${schoolYear}`}, 0))`,
  );
}

/** Who asks what may be done with a round. */
export async function roundAsker(tx: Tx, actor: Actor, round: Round, today: string): Promise<RoundAsker> {
  const { id, unitId, awaitsUnitIds, status } = round;
  const decide = actor.scopeOf('affairs:round:decide');
  const row = await queryOne<Omit<RoundAsker, 'by'>>(
    tx,
    sql`SELECT ${unitInScope(actor.scopeOf('affairs:round:manage'), sql`${unitId}::uuid`)} AS manages,
               ${unitInScope(decide, sql`${unitId}::uuid`)} AS decides,
               ARRAY(SELECT c.id FROM unnest(${awaitsUnitIds}::uuid[]) c(id) WHERE ${unitInScope(decide, sql`c.id`)}) AS colleges,
               (SELECT max(n.ends_on)::text FROM affairs.round_notice n
                 WHERE n.round_id = ${id} AND n.withdrawn_at IS NULL AND n.ends_on >= ${today}) AS "noticeUntil",
               EXISTS (SELECT FROM affairs.round_objection o WHERE o.round_id = ${id} AND o.status = 'open') AS "openObjections",
               (SELECT count(*)::int FROM affairs.round_entry e WHERE ${status === 'notice'} AND e.round_id = ${id} AND e.status = 'entered'
                   AND e.outcome = 'awarded' AND ${awardedElsewhere(round)}) AS "awardedElsewhere"`,
  );
  // Who decides on all of it stands in for a college only where they say so.
  return { ...row!, by: actor.personId ?? actor.app, colleges: row!.decides ? [] : row!.colleges };
}

/** The college, major and class of students on a date, by student: where an entry is ranked. */
export async function homesOf(tx: Tx, studentIds: readonly string[], date: string): Promise<Map<string, Home>> {
  const rows = await query<{ studentId: string; units: Record<string, string> }>(
    tx,
    sql`SELECT m.person_id AS "studentId", json_object_agg(m.unit_kind, m.unit_id) AS units
          FROM (SELECT DISTINCT ON (person_id, unit_kind) person_id, unit_kind, unit_id FROM directory.published_membership_v1 m
                 WHERE person_id = ANY(${studentIds}::uuid[]) AND NOT secondary AND unit_kind IN ('college', 'major', 'class') AND ${holdsOn(sql`m`, date)}
                 ORDER BY person_id, unit_kind, valid_from DESC, unit_id) m GROUP BY m.person_id`,
  );
  return new Map(
    rows.map(({ studentId, units }) => [
      studentId,
      { collegeId: units['college'] ?? null, majorId: units['major'] ?? null, classId: units['class'] ?? null },
    ]),
  );
}

export interface Home {
  collegeId: string | null;
  majorId: string | null;
  classId: string | null;
}
