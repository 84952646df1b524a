import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { Actor } from '#auth';
import { Config } from '#config';
import { type BaseEntity, Database, insert, query, queryOne, sql, type Tx } from '#database';
import { type Manuscript, newCode, Typesetter, unprintable } from '#documents';
import { Files, type PutContent } from '#files';
import { Policies } from '#policy';
import { holdsOn } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys, Vault } from '#vault';
import { ArchiveEntry } from '../archive/archive-entry.entity.js';
import { ArchivePolicy } from '../archive/archive.policy.js';
import { STANDING } from '../archive/archive.service.js';
import { ALL_SECTIONS, BookChoice, GraduationBook } from './book.entity.js';
import { type BookOwner, contentOf } from './book-content.js';
import { fileOfBook } from './book.files.js';
import { type Made, manuscriptOf } from './book-manuscript.js';
import { BookEmpty, BookNotPrintable } from './books.problems.js';

/** Who makes it, through which app. */
export type Maker = Pick<Actor, 'personId' | 'app'>;

/** A student's book as it is to be set, before it has a number. */
export interface Draft {
  studentId: string;
  content: Record<string, unknown>;
  entries: number;
}

/** Set and stored, but not recorded yet. Recording it twice leaves it as it is. */
export interface MadeBook {
  readonly values: Readonly<Omit<GraduationBook, keyof BaseEntity | 'revokedAt' | 'erased' | 'revoke'>>;
  readonly put: PutContent;
}

/** Makes books: what stands in them, the PDF. Sets and puts outside of transactions; `add` writes. */
@Injectable()
export class BookMaker {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly typesetter: Typesetter,
    private readonly files: Files,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly vault: Vault,
    private readonly clock: CampusClock,
  ) {}

  /**
   * What the student has put in; made by others, only what the school sees of it. Throws BookEmpty and BookNotPrintable (422).
   */
  async draft(tx: Tx, maker: Maker, studentId: string): Promise<Draft> {
    const own = maker.personId === studentId;
    const policy = (await this.policies.at(tx, ArchivePolicy, this.clock.today())).value;
    const rows = await query<{ id: string; term: string | null }>(
      tx,
      sql`SELECT e.id, (SELECT t.name FROM directory.published_term_v1 t WHERE t.kind = 'term' AND t.starts_on <= e.happened_on AND t.ends_on > e.happened_on
                         ORDER BY t.starts_on DESC LIMIT 1) AS term
            FROM early_warning.archive_entry e
           WHERE e.student_id = ${studentId} AND ${STANDING} AND e.in_book AND (${own} OR e.visibility = 'school')`,
    );
    if (rows.length === 0) throw new BookEmpty();
    const found = await tx.find(ArchiveEntry, {
      where: { id: In(rows.map(({ id }) => id)) },
      order: { happenedOn: 'ASC', id: 'ASC' },
    });
    const choice = (await tx.findOneBy(BookChoice, { studentId })) ?? Object.assign(new BookChoice(), { studentId });
    const texts = await this.students.openFields(tx, found);
    const [chosen] = await this.students.openFields(tx, [choice]);
    const terms = new Map(rows.map(({ id, term }) => [id, term]));
    const entries = found.map((entry, i) => ({
      ...entry,
      title: texts[i]!.titleZh ?? '',
      term: terms.get(entry.id) ?? null,
    }));
    const { sections } = choice.id ? choice : { sections: ALL_SECTIONS };
    const content = contentOf(await this.owner(tx, studentId), entries, policy, {
      sections,
      thanks: chosen!.thanks,
    });
    const missing = unprintable(JSON.stringify(content));
    if (missing.length > 0) throw new BookNotPrintable({ params: { characters: missing.join(' ') } });
    return { studentId, content, entries: entries.length };
  }

  /** The PDF without a number, marked as a preview. */
  preview({ content }: Draft): Promise<Buffer> {
    return this.typesetter.typeset(this.manuscriptOf(content, null));
  }

  async make(maker: Maker, { studentId, content, entries }: Draft, jobId: string | null = null): Promise<MadeBook> {
    const [issuedOn, code] = [this.clock.today(), newCode()];
    // By itself, so that whoever makes one at the same time need not wait.
    const number = await drawNumber(this.database.connection, Number(issuedOn.slice(0, 4)));
    const pdf = await this.typesetter.typeset(this.manuscriptOf(content, { number, code }));
    const put = await this.files.put('early-warning', pdf);
    const values = {
      ...{ studentId, jobId, number, issuedOn, entries, sha256: put.sha256 },
      codeHash: hashOf(this.vault, code),
      ...{ madeByPerson: maker.personId ?? null, madeByApp: maker.app },
    };
    return { values, put };
  }

  /** Throws StudentErased (409). */
  async add(tx: Tx, maker: Maker, { values, put }: MadeBook): Promise<GraduationBook> {
    const book = await insert(tx, Object.assign(new GraduationBook(), values));
    await this.files.addPut(tx, maker, put, fileOfBook(book), { name: `毕业纪念册 ${book.number}`, keepUntil: null });
    return book;
  }

  private manuscriptOf(content: Record<string, unknown>, made: Made | null): Manuscript {
    return manuscriptOf(content, made, this.config.origin, this.clock.today(), this.clock.now());
  }

  private async owner(tx: Tx, studentId: string): Promise<BookOwner> {
    const today = this.clock.today();
    const row = await queryOne<{ name: string; grade: string | null; units: Record<string, string> }>(
      tx,
      sql`SELECT s.name, s.grade, coalesce((SELECT json_object_agg(x.kind, x.name) FROM (
                   SELECT DISTINCT ON (m.unit_kind) m.unit_kind AS kind, u.name
                     FROM directory.published_membership_v1 m JOIN directory.published_unit_v1 u ON u.id = m.unit_id
                    WHERE m.person_id = s.id AND NOT m.secondary AND ${holdsOn(sql`m`, today)} AND m.unit_kind IN ('school','college','major','class')
                    ORDER BY m.unit_kind, m.valid_from DESC, u.code) x), '{}') AS units
            FROM directory.published_student_v1 s WHERE s.id = ${studentId}`,
    );
    const { name, grade, units } = row!;
    const { school = '', college = '', major = null, class: class_ = null } = units;
    return { name, grade, school, college, major, class: class_ };
  }
}

/** Under this a verification code is looked for. */
export function hashOf(vault: Vault, code: string): string {
  return vault.digest('early-warning book code', code);
}

/** The next number of a year. It is used up, whatever becomes of the book: so nobody waits for anybody, and numbers may be left out. */
async function drawNumber(tx: Tx, year: number): Promise<string> {
  const row = await queryOne<{ last: number }>(
    tx,
    sql`INSERT INTO early_warning.book_number (year, last) VALUES (${year}, 1)
        ON CONFLICT (year) DO UPDATE SET last = book_number.last + 1 RETURNING last`,
  );
  return `${year}-${String(row!.last).padStart(6, '0')}`;
}
