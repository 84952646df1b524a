import type { Actor } from '#auth';
import { sql, type Sql } from '#database';
import { filePurpose, type FileSubject } from '#files';
import { inScope } from '#roster';

/** Predicate over a book `b`: the student's own, and those that staff made of students within the scope. */
export function bookVisible(actor: Actor, date: string): Sql {
  const { personId, ...scope } = actor.scopeOf('early-warning:book:read');
  const others = sql`(b.made_by_person IS DISTINCT FROM b.student_id AND ${inScope(scope, sql`b.student_id`, date)})`;
  return sql`(b.student_id = ${personId ?? null}::uuid OR ${others})`;
}

/** The PDF of a graduation book: whoever may read the book may download it. */
export const BOOK_FILE = filePurpose({
  service: 'early-warning',
  name: 'graduation-book',
  zh: '毕业纪念册',
  en: 'Graduation book',
  types: ['application/pdf'],
  maxMb: 20,
  maxFiles: 1,
  upload: [],
  read: ['early-warning:book:read'],
  studentOf: (subjectId) => sql`(SELECT b.student_id FROM early_warning.graduation_book b WHERE b.id = ${subjectId})`,
  readable: (actor, subjectId, clock) => sql`EXISTS (
    SELECT FROM early_warning.graduation_book b WHERE b.id = ${subjectId} AND ${bookVisible(actor, clock.today())})`,
});

export function fileOfBook({ id }: { id: string }): FileSubject {
  return { purpose: BOOK_FILE, id };
}
