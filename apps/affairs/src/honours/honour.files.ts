import { sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { honourVisible } from './honours.queries.js';

/** What shows that an honour is one: whoever may read the honour may read it. */
export const HONOUR_EVIDENCE = filePurpose({
  service: 'affairs',
  name: 'honour-evidence',
  zh: '荣誉证明',
  en: 'Evidence of an honour',
  types: ['application/pdf', 'image/jpeg', 'image/png', 'image/webp'],
  maxMb: 10,
  maxFiles: 5,
  upload: ['affairs:honour:record'],
  read: ['affairs:honour:read'],
  studentOf: (subjectId) => sql`(SELECT h.student_id FROM affairs.honour h WHERE h.id = ${subjectId})`,
  readable: (actor, subjectId, clock) => sql`EXISTS (
    SELECT FROM affairs.honour h WHERE h.id = ${subjectId} AND ${honourVisible(actor, clock.today())})`,
});

/** What the evidence of an honour is attached to. */
export function evidenceOf({ id }: { id: string }): FileSubject {
  return { purpose: HONOUR_EVIDENCE, id };
}
