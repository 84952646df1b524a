import { sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { disputeVisible } from './disputes.queries.js';

/** What a student hands in to show that something is wrong. Whoever may read the dispute may read it. */
export const DISPUTE_FILE = filePurpose({
  service: 'early-warning',
  name: 'dispute-file',
  zh: '异议的证明材料',
  en: 'Proof that is handed in with a dispute',
  types: ['application/pdf', 'image/jpeg', 'image/png', 'image/webp'],
  maxMb: 10,
  maxFiles: 5,
  upload: ['early-warning:dispute:raise'],
  read: ['early-warning:dispute:raise', 'early-warning:dispute:decide'],
  studentOf: (subjectId) => sql`(SELECT d.student_id FROM early_warning.dispute d WHERE d.id = ${subjectId})`,
  readable: (actor, subjectId, clock) => sql`EXISTS (
    SELECT FROM early_warning.dispute d WHERE d.id = ${subjectId} AND ${disputeVisible(actor, clock.today())})`,
});

export function filesOfDispute({ id }: { id: string }): FileSubject {
  return { purpose: DISPUTE_FILE, id };
}
