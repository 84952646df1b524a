import { sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { ownEntryVisible } from './archive.queries.js';

/** What a student adds to a record of their own: pictures, certificates. Whoever may read the record may read it. */
export const OWN_ENTRY_FILE = filePurpose({
  service: 'early-warning',
  name: 'own-entry-file',
  zh: '成长档案本人记录的附件',
  en: 'File of a student’s own record in the growth archive',
  types: ['application/pdf', 'image/jpeg', 'image/png', 'image/webp'],
  maxMb: 10,
  maxFiles: 10,
  upload: ['early-warning:archive:write'],
  read: ['early-warning:archive:read', 'early-warning:archive:verify'],
  studentOf: (subjectId) => sql`(SELECT o.student_id FROM early_warning.own_entry o WHERE o.id = ${subjectId})`,
  readable: (actor, subjectId, clock) => sql`EXISTS (
    SELECT FROM early_warning.own_entry o WHERE o.id = ${subjectId} AND ${ownEntryVisible(actor, clock.today())})`,
});

export function filesOfEntry({ id }: { id: string }): FileSubject {
  return { purpose: OWN_ENTRY_FILE, id };
}
