import { sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { groupVisible } from './group-leaves.queries.js';

/** Proofs of a group leave, about the occasion and not about one student: whoever sees the group leave may read them. */
export const GROUP_LEAVE_PROOF = filePurpose({
  service: 'affairs',
  name: 'group-leave-proof',
  zh: '集体请假证明材料',
  en: 'Proof of a group leave',
  types: ['application/pdf', 'image/jpeg', 'image/png', 'image/webp'],
  maxMb: 10,
  maxFiles: 20,
  upload: ['affairs:group-leave:submit'],
  read: ['affairs:leave:read', 'affairs:group-leave:submit'],
  readable: (actor, subjectId, clock) => sql`EXISTS (
    SELECT FROM affairs.group_leave g WHERE g.id = ${subjectId} AND ${groupVisible(actor, clock.today())})`,
});

/** What the proofs of a group leave are attached to. */
export function groupProofsOf({ id }: { id: string }): FileSubject {
  return { purpose: GROUP_LEAVE_PROOF, id };
}
