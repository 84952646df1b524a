import type { Permission } from '#contracts';
import type { Tx } from '#database';
import { Invalid, NotFound } from '#problems';
import { personById, reaches } from '#roster';
import type { Actor } from './actor.js';

/**
 * The student for whom something is asked: the caller, or whom an app names in `studentId` of the body. Throws Invalid (400) where nobody is
 * named, NotFound for who is no active student or not the actor's to ask for.
 */
export async function ownStudent(
  tx: Tx,
  actor: Actor,
  permission: Permission,
  named: string | undefined,
  today: string,
): Promise<string> {
  const studentId = named ?? actor.personId;
  if (!studentId) throw new Invalid({ errors: [{ pointer: '#/studentId', zh: '必填', en: 'is required' }] });
  const person = await personById(tx, studentId);
  if (!person?.active || person.kind !== 'student' || !(await reaches(tx, actor.scopeOf(permission), person.id, today)))
    throw new NotFound({ pointer: '#/studentId', what: 'student' });
  return person.id;
}
