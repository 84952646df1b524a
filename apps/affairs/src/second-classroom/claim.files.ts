import { sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { claimVisible } from './claims.queries.js';

/** What shows that a claim is true: whoever may read the claim may read it. */
export const CLAIM_EVIDENCE = filePurpose({
  service: 'affairs',
  name: 'second-classroom-evidence',
  zh: '第二课堂申报材料',
  en: 'Evidence of a claim of the second classroom',
  types: ['application/pdf', 'image/jpeg', 'image/png', 'image/webp'],
  maxMb: 10,
  maxFiles: 10,
  upload: ['affairs:second-classroom:claim'],
  read: ['affairs:participation:read', 'affairs:second-classroom:review', 'affairs:second-classroom:confirm'],
  studentOf: (subjectId) => sql`(SELECT c.student_id FROM affairs.second_classroom_claim c WHERE c.id = ${subjectId})`,
  readable: (actor, subjectId, clock) => sql`EXISTS (
    SELECT FROM affairs.second_classroom_claim c WHERE c.id = ${subjectId} AND ${claimVisible(actor, clock.today())})`,
});

/** What the evidence of a claim is attached to. */
export function evidenceOf({ id }: { id: string }): FileSubject {
  return { purpose: CLAIM_EVIDENCE, id };
}
