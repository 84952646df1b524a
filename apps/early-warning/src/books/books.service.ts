import { Injectable } from '@nestjs/common';
import { type Actor, audit, ownStudent } from '#auth';
import {
  Database,
  findInScope,
  insert,
  onConflict,
  queryOne,
  sql,
  type Sql,
  StaleVersionError,
  type Tx,
  update,
} from '#database';
import { codeOf } from '#documents';
import { fileTable } from '#files';
import { anyOf, ByDto, list, type Page, Throttle } from '#http';
import { NotFound, TooManyRequests } from '#problems';
import { inScope, personRef } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys, Vault } from '#vault';
import { ALL_SECTIONS, BookChoice, type BookStatus, GraduationBook } from './book.entity.js';
import { BookMaker, type Draft, hashOf } from './book-maker.service.js';
import { BOOK_FILE, bookVisible } from './book.files.js';
import {
  BookChoiceDto,
  GraduationBookDto,
  type BooksQuery,
  BookVerificationDto,
  type ChooseDto,
  type VerifyBookDto,
} from './books.dto.js';
import { BookUnknown } from './books.problems.js';

const STATUS = sql`CASE WHEN b.erased THEN 'erased' WHEN b.revoked_at IS NOT NULL THEN 'revoked' ELSE 'valid' END`;
const COLUMNS = sql`b.id, ${personRef(sql`b.student_id`)} AS student, b.number, ${STATUS} AS status, b.issued_on::text AS "issuedOn", b.entries,
  b.made_by_person AS "madeByPerson", b.made_by_app AS "madeByApp", b.job_id AS "jobId", b.sha256, b.revoked_at AS "revokedAt",
  (SELECT json_build_object('id', f.id, 'name', f.name, 'mediaType', f.media_type, 'bytes', f.bytes)
     FROM ${fileTable('early-warning')} f WHERE f.subject_id = b.id AND f.purpose = ${BOOK_FILE.name} AND NOT b.erased) AS file,
  b.created_at AS "createdAt", b.version`;

/** Version of a choice that was made for the first time; before it everything is chosen, as version 1. */
const CHOSEN = 2;

type Row = Omit<GraduationBookDto, 'madeBy'> & { madeByPerson: string | null; madeByApp: string };

/** Graduation books (毕业纪念册): chosen, looked at, made, verified. */
@Injectable()
export class Books {
  private readonly wrongCodes = new Throttle();

  constructor(
    private readonly database: Database,
    private readonly maker: BookMaker,
    private readonly students: StudentKeys,
    private readonly vault: Vault,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: BooksQuery): Promise<Page<GraduationBookDto>> {
    const { studentId, jobId, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: sql`early_warning.graduation_book b`,
        where: [
          bookVisible(actor, this.clock.today()),
          anyOf(sql`b.student_id`, studentId, 'uuid'),
          anyOf(sql`b.job_id`, jobId, 'uuid'),
          updatedSince && sql`b.updated_at >= ${updatedSince}`,
        ],
        sorts: { createdAt: sql`b.created_at`, updatedAt: sql`b.updated_at` },
        defaultSort: '-createdAt',
        id: sql`b.id`,
        to: answerOf,
      }),
    );
  }

  get(actor: Actor, id: string): Promise<GraduationBookDto> {
    return this.database.read((tx) => this.read(tx, id, bookVisible(actor, this.clock.today())));
  }

  /** Throws BookEmpty, BookNotPrintable (422), NotFound for a student out of reach. */
  async make(actor: Actor, studentId: string | undefined): Promise<GraduationBookDto> {
    // Set before the transaction that keeps it: a page takes its time.
    const made = await this.maker.make(actor, await this.drafted(actor, studentId));
    return this.database.transaction(actor, async (tx) => {
      const { id } = await this.maker.add(tx, actor, made);
      await audit(tx, actor, { action: 'early-warning.book.make', subject: { kind: 'book', id } });
      return this.read(tx, id, sql`TRUE`);
    });
  }

  async preview(actor: Actor, studentId: string | undefined): Promise<Buffer> {
    return this.maker.preview(await this.drafted(actor, studentId));
  }

  choice(actor: Actor): Promise<BookChoiceDto> {
    return this.database.read(async (tx) => this.shown(tx, await this.chosen(tx, actor)));
  }

  choose(actor: Actor, expected: number, { sections, thanks }: ChooseDto): Promise<BookChoiceDto> {
    return this.database.transaction(actor, async (tx) => {
      const found = await this.chosen(tx, actor);
      const choice = found ?? Object.assign(new BookChoice(), { studentId: actor.personId! });
      if (choice.version !== expected) throw new StaleVersionError();
      Object.assign(choice, { sections, thanks: thanks ?? null });
      await this.students.sealFields(tx, choice);
      if (found) await update(tx, choice);
      else {
        choice.version = CHOSEN;
        await onConflict(insert(tx, choice), { book_choice_once: () => new StaleVersionError() });
      }
      return this.shown(tx, choice);
    });
  }

  revoke(actor: Actor, id: string, expected: number): Promise<GraduationBookDto> {
    return this.database.transaction(actor, async (tx) => {
      const scope = inScope(actor.scopeOf('early-warning:book:revoke'), sql`b.student_id`, this.clock.today());
      const where = sql`(${scope} AND ${bookVisible(actor, this.clock.today())})`;
      const book = await findInScope(tx, GraduationBook, id, { alias: 'b', where, lock: 'update' });
      if (!book) throw new NotFound({ what: 'book' });
      book.revoke(this.clock.now());
      await update(tx, book, expected);
      await audit(tx, actor, { action: 'early-warning.book.revoke', subject: { kind: 'book', id } });
      return this.read(tx, id, sql`TRUE`);
    });
  }

  /** `from`: the address that asks; after ten wrong codes in a minute it is refused (429). Throws BookUnknown (404). */
  async verify({ code, sha256 }: VerifyBookDto, from: string): Promise<BookVerificationDto> {
    const wait = this.wrongCodes.waitFor(from);
    if (wait > 0) throw new TooManyRequests({ retryAfter: wait });
    const typed = codeOf(code);
    const row =
      typed &&
      (await queryOne<{ number: string; status: BookStatus; issuedOn: string; sha256: string }>(
        this.database.connection,
        sql`SELECT b.number, ${STATUS} AS status, b.issued_on::text AS "issuedOn", b.sha256
              FROM early_warning.graduation_book b WHERE b.code_hash = ${hashOf(this.vault, typed)}`,
      ));
    if (!row) {
      this.wrongCodes.fail(from);
      throw new BookUnknown({ pointer: '#/code' });
    }
    const file = sha256 === undefined ? null : sha256.toLowerCase() === row.sha256 ? 'same' : 'changed';
    return Object.assign(new BookVerificationDto(), { ...row, file });
  }

  private drafted(actor: Actor, studentId: string | undefined): Promise<Draft> {
    return this.database.read(async (tx) => {
      const id = await ownStudent(tx, actor, 'early-warning:book:make', studentId, this.clock.today());
      return this.maker.draft(tx, actor, id);
    });
  }

  private async chosen(tx: Tx, actor: Actor): Promise<BookChoice | null> {
    if (!actor.personId) throw new NotFound({ what: 'student' });
    return tx.findOneBy(BookChoice, { studentId: actor.personId });
  }

  private async shown(tx: Tx, choice: BookChoice | null): Promise<BookChoiceDto> {
    if (!choice)
      return Object.assign(new BookChoiceDto(), { sections: ALL_SECTIONS, thanks: null, version: CHOSEN - 1 });
    const [texts] = await this.students.openFields(tx, [choice]);
    const { sections, version } = choice;
    return Object.assign(new BookChoiceDto(), { sections, version, ...texts });
  }

  private async read(tx: Tx, id: string, where: Sql): Promise<GraduationBookDto> {
    const row = await queryOne<Row>(
      tx,
      sql`SELECT ${COLUMNS} FROM early_warning.graduation_book b WHERE b.id = ${id} AND ${where}`,
    );
    if (!row) throw new NotFound({ what: 'book' });
    return answerOf(row);
  }
}

function answerOf({ madeByPerson, madeByApp, ...row }: Row): GraduationBookDto {
  return Object.assign(new GraduationBookDto(), row, { madeBy: ByDto.of(madeByPerson, madeByApp) });
}
