import { In } from 'typeorm';
import { findInScope, StaleVersionError, type Sql, type Tx } from '#database';
import { PersonRefDto } from '#http';
import { NotFound } from '#problems';
import { peopleByIds } from '#roster';
import { Leave } from './leave.entity.js';
import { LeaveDto } from './leaves.dto.js';

/** Reads a leave that is about to change and locks it; `visible` is a predicate over `l`. NotFound, or 412 when it is stale. */
export async function findForChange(tx: Tx, visible: Sql, id: string, expected: number): Promise<Leave> {
  const leave = await findInScope(tx, Leave, id, { alias: 'l', where: visible, lock: 'update' });
  if (!leave) throw new NotFound({ what: 'leave' });
  if (leave.version !== expected) throw new StaleVersionError();
  return leave;
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
