import { In } from 'typeorm';
import type { Actor } from '#auth';
import { newId, query, queryOne, sql, StaleVersionError, type Sql, type Tx } from '#database';
import { PersonRefDto } from '#http';
import { NotFound } from '#problems';
import { type Appointment, inScope, type Person, peopleByIds } from '#roster';
import { filesOf } from '#files';
import { Leave } from './leave.entity.js';
import { proofsOf } from './leave.files.js';
import { LeaveStep } from './leave-step.entity.js';
import { type LeaveAction, LeaveDetailDto, LeaveDto } from './leaves.dto.js';

/** Reads a leave that is about to change and locks it; `visible` is a predicate over `l`. NotFound, or 412 when it is stale. */
export async function findForChange(tx: Tx, visible: Sql, id: string, expected: number): Promise<Leave> {
  const row = await queryOne(
    tx,
    sql`SELECT l.id FROM affairs.leave l WHERE l.id = ${id} AND ${visible} FOR UPDATE OF l`,
  );
  if (!row) throw new NotFound({ what: 'leave' });
  const leave = await tx.findOneByOrFail(Leave, { id });
  if (leave.version !== expected) throw new StaleVersionError();
  return leave;
}

/** The steps of the leave's present round, in order. */
export async function stepsOf(tx: Tx, leave: Leave): Promise<LeaveStep[]> {
  return tx.find(LeaveStep, { where: { leaveId: leave.id, round: leave.round }, order: { position: 'ASC' } });
}

export async function insertSteps(tx: Tx, steps: LeaveStep[]): Promise<void> {
  await tx.insert(LeaveStep, steps as never);
}

/** The leave as its own page shows it. */
export async function detailOf(tx: Tx, leave: Leave): Promise<LeaveDetailDto> {
  const [student] = await peopleByIds(tx, [leave.studentId]);
  const [steps, proofs] = [await stepsOf(tx, leave), await filesOf(tx, proofsOf(leave))];
  return LeaveDetailDto.of(leave, PersonRefDto.from(student as Person), steps, proofs);
}

/** Leaves for a list, by id. */
export async function leavesByIds(tx: Tx, ids: string[]): Promise<Map<string, LeaveDto>> {
  const leaves = await tx.findBy(Leave, { id: In(ids) });
  const people = await peopleByIds(tx, [...new Set(leaves.map(({ studentId }) => studentId))]);
  const students = new Map(people.map((person) => [person.id, PersonRefDto.from(person)]));
  return new Map(
    leaves.map((leave) => [leave.id, LeaveDto.from(leave, students.get(leave.studentId) as PersonRefDto)]),
  );
}

/** Adds a line to a leave's history. */
export async function recordAction(
  tx: Tx,
  actor: Pick<Actor, 'personId' | 'app'>,
  leaveId: string,
  action: LeaveAction,
  comment: string | null = null,
): Promise<void> {
  await query(
    tx,
    sql`INSERT INTO affairs.leave_action (id, leave_id, action, person_id, app, comment)
        VALUES (${newId()}, ${leaveId}, ${action}, ${actor.personId ?? null}, ${actor.app}, ${comment})`,
  );
}

/** Predicate over `l`: does it await a decision that a holder of one of `posts` may make today? Not for one's own leave. */
export function awaitsDecisionOf(personId: string, posts: Appointment[], today: string): Sql {
  let mayDecide = sql`FALSE`;
  for (const { kind, unitId, unitKind } of posts) {
    const reached = inScope({ school: unitKind === 'school', unitIds: [unitId] }, sql`l.student_id`, today);
    const fits = sql`s.kind = ${kind} AND (s.unit_kind IS NULL OR s.unit_kind = ${unitKind})`;
    mayDecide = sql`${mayDecide} OR (${fits} AND ${reached})`;
  }
  return sql`(
    (l.status = 'submitted' OR (l.status = 'approved' AND l.extension_ends_at IS NOT NULL)) AND l.student_id <> ${personId}
    AND EXISTS (
      SELECT FROM affairs.leave_step s
       WHERE s.leave_id = l.id AND s.round = l.round AND s.decision = 'pending' AND (${mayDecide})
         AND NOT EXISTS (SELECT FROM affairs.leave_step e WHERE e.leave_id = l.id AND e.round = l.round
                            AND e.decision = 'pending' AND e.position < s.position)))`;
}

/** One submission of a student at a time: two that overlap cannot slip past each other's check. */
export async function lockStudent(tx: Tx, studentId: string): Promise<void> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(hashtextextended(${`affairs.leave ${studentId}`}, 0))`);
}
