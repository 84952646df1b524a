import { sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { signOffVisible } from './clearances.queries.js';

/** What a student hands in for an entry of a clearance: whoever sees the entry may read it. */
export const CLEARANCE_EVIDENCE = filePurpose({
  service: 'affairs',
  name: 'clearance-evidence',
  zh: '报到离校材料',
  en: 'Evidence for an entry of a clearance',
  types: ['application/pdf', 'image/jpeg', 'image/png', 'image/webp'],
  maxMb: 10,
  maxFiles: 10,
  upload: ['affairs:clearance:answer'],
  read: ['affairs:clearance:read', 'affairs:clearance:sign'],
  studentOf: (subjectId) => sql`(SELECT s.student_id FROM affairs.clearance_sign_off s WHERE s.id = ${subjectId})`,
  readable: (actor, subjectId, clock) => sql`EXISTS (
    SELECT FROM affairs.clearance_sign_off s WHERE s.id = ${subjectId} AND ${signOffVisible(actor, clock.today())})`,
});

/** What the evidence for an entry of a student is attached to. */
export function evidenceOf({ id }: { id: string }): FileSubject {
  return { purpose: CLEARANCE_EVIDENCE, id };
}
