import { sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { inScope } from '#roster';
import { subjectIsHandedTo, Workflows } from '#workflow';

/** Proofs of a leave (证明材料): whoever may read the leave may read them. */
export const LEAVE_PROOF = filePurpose({
  service: 'affairs',
  name: 'leave-proof',
  zh: '请假证明材料',
  en: 'Proof of a leave',
  types: ['application/pdf', 'image/jpeg', 'image/png', 'image/webp'],
  maxMb: 10,
  maxFiles: 20,
  upload: ['affairs:leave:submit', 'affairs:leave:decide'],
  read: ['affairs:leave:read'],
  studentOf: (subjectId) => sql`(SELECT l.student_id FROM affairs.leave l WHERE l.id = ${subjectId})`,
  readable: (actor, subjectId, clock) => {
    const cases = new Workflows('affairs', clock.timeZone);
    const handed = actor.personId ? subjectIsHandedTo(cases, sql`l.id`, actor.personId, clock.now()) : sql`FALSE`;
    return sql`EXISTS (
      SELECT FROM affairs.leave l
       WHERE l.id = ${subjectId} AND (${inScope(actor.scopeOf('affairs:leave:read'), sql`l.student_id`, clock.today())} OR ${handed}))`;
  },
});

/** What the proofs of a leave are attached to. */
export function proofsOf({ id }: { id: string }): FileSubject {
  return { purpose: LEAVE_PROOF, id };
}
