import { sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { shownTo } from './showcase.queries.js';

/** Texts, pictures and videos of a work: whoever sees the work may download them. */
export const WORK_FILE = filePurpose({
  service: 'affairs',
  name: 'showcase-work',
  zh: '风采展示成果附件',
  en: 'Attachment of a showcase work',
  types: ['application/pdf', 'image/jpeg', 'image/png', 'image/webp', 'video/mp4'],
  maxMb: 50,
  maxFiles: 20,
  upload: ['affairs:showcase:submit'],
  read: ['affairs:showcase:read'],
  readable: (actor, subjectId) =>
    sql`EXISTS (SELECT FROM affairs.showcase_work w WHERE w.id = ${subjectId} AND ${shownTo(actor)})`,
});

/** What is sent on to the ministry's platform; made by the service. */
export const PACK_FILE = filePurpose({
  service: 'affairs',
  name: 'showcase-pack',
  zh: '风采展示推荐材料包',
  en: 'Pack of what a school nominates',
  types: ['application/zip'],
  maxMb: 50,
  maxFiles: 1_000,
  upload: [],
  read: ['affairs:showcase:manage'],
  readable: (actor) => (actor.scopeOf('affairs:showcase:manage').school ? sql`TRUE` : sql`FALSE`),
});

export function filesOfWork({ id }: { id: string }): FileSubject {
  return { purpose: WORK_FILE, id };
}
