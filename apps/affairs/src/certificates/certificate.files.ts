import { sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { inScope } from '#roster';

/** The PDF of a certificate: whoever may read the certificate may download it. */
export const CERTIFICATE_FILE = filePurpose({
  service: 'affairs',
  name: 'certificate',
  zh: '证明',
  en: 'Certificate',
  types: ['application/pdf'],
  maxMb: 2,
  maxFiles: 1,
  upload: [],
  read: ['affairs:certificate:read'],
  studentOf: (subjectId) => sql`(SELECT c.student_id FROM affairs.certificate c WHERE c.id = ${subjectId})`,
  readable: (actor, subjectId, clock) => sql`EXISTS (
    SELECT FROM affairs.certificate c
     WHERE c.id = ${subjectId} AND ${inScope(actor.scopeOf('affairs:certificate:read'), sql`c.student_id`, clock.today())})`,
});

export function fileOf({ id }: { id: string }): FileSubject {
  return { purpose: CERTIFICATE_FILE, id };
}
