import { sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { Workflows } from '#workflow';
import { visibleTo } from './applications.queries.js';

/** Materials of an application: whoever may read the application may read them. */
export const APPLICATION_MATERIAL = filePurpose({
  service: 'affairs',
  name: 'application-material',
  zh: '办件材料',
  en: 'Material of an application',
  types: ['application/pdf', 'image/jpeg', 'image/png', 'image/webp'],
  maxMb: 10,
  maxFiles: 100,
  upload: ['affairs:application:submit', 'affairs:application:decide'],
  read: ['affairs:application:read', 'affairs:application:decide'],
  studentOf: (subjectId) => sql`(SELECT a.student_id FROM affairs.application a WHERE a.id = ${subjectId})`,
  readable: (actor, subjectId, clock) => sql`EXISTS (
    SELECT FROM affairs.application a
     WHERE a.id = ${subjectId} AND ${visibleTo(actor, new Workflows('affairs', clock.timeZone), clock.now())})`,
});

/** What the materials of an application are attached to. */
export function materialsOf({ id }: { id: string }): FileSubject {
  return { purpose: APPLICATION_MATERIAL, id };
}
