import { sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { visible } from './tickets.queries.js';

/** Photos and papers of a ticket: whoever may read the ticket may read them. */
export const TICKET_ATTACHMENT = filePurpose({
  service: 'affairs',
  name: 'ticket-attachment',
  zh: '工单附件',
  en: 'Attachment of a ticket',
  types: ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'],
  maxMb: 10,
  maxFiles: 50,
  upload: ['affairs:ticket:report', 'affairs:ticket:handle', 'affairs:ticket:report-anonymously'],
  read: ['affairs:ticket:read'],
  studentOf: (subjectId) => sql`(SELECT t.student_id FROM affairs.ticket t WHERE t.id = ${subjectId})`,
  readable: (actor, subjectId) =>
    sql`EXISTS (SELECT FROM affairs.ticket t WHERE t.id = ${subjectId} AND ${visible(actor)})`,
});

export function attachmentsOf({ id }: { id: string }): FileSubject {
  return { purpose: TICKET_ATTACHMENT, id };
}
