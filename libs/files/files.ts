import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type Actor, audit, MissingPermission } from '#auth';
import { type ServiceName } from '#contracts';
import { afterCommit, Database, newId, query, queryOne, sql, type Sql, type Tx } from '#database';
import { BodyTooLarge, type FieldError, NotFound, Unavailable } from '#problems';
import { CampusClock } from '#time';
import { cleanName, harmless } from './content.js';
import { FileDto, StoredFileDto } from './file.dto.js';
import { type FileKey, FileKeys, studentOf } from './file-keys.js';
import { NotAttachable, TooManyFiles, TooManyUnattached } from './files.problems.js';
import { type FilePurpose, purposesOf } from './purpose.js';
import { openSealed, type SealedFile, sealFile } from './sealing.js';
import type { Storage } from './storage.js';
import { fileTable } from './migrations/file-table.js';

/** What was handed in and is not attached to anything is kept so long. */
const UNATTACHED_MS = 24 * 3_600_000;
/** Files that somebody may have handed in and not used. */
const MOST_UNATTACHED = 30;
/** Of one subject. */
const MOST_AT_ONCE = 10_000;
const RETRY_AFTER_SECONDS = 3;
const COLUMNS = sql`f.id, f.purpose, f.name, f.media_type AS "mediaType", f.bytes, f.sha256, f.subject_id AS "subjectId",
  f.keep_until AS "keepUntil", f.created_at AS "createdAt"`;

const NOT_YOURS_TO_ATTACH = {
  zh: '不存在、不是您上传的、用途不符或已被使用',
  en: 'is unknown, not your own, meant for something else, or used already',
};

/** Under this the storage is provided. */
export const STORAGE = Symbol('storage');

/** A file that came in, in a temporary place of its own. */
export interface IncomingFile {
  path: string;
  /** As the sender named it. */
  filename: string;
}

/** A content that a service has made and put into the storage, before it has a row. */
export interface PutContent extends SealedFile {
  id: string;
}

/** What files are attached to. */
export interface FileSubject {
  purpose: FilePurpose;
  /** Id of a row of the feature that declared the purpose. */
  id: string;
}

export interface OpenFile {
  file: StoredFileDto;
  content: Readable;
}

/**
 * Files that people hand in. A file belongs to who handed it in until a use case attaches it to a row of its feature; from then on
 * whoever may read the row may read the file. It is kept until the instant that its row says, and deleted by FileCleanup.
 */
@Injectable()
export class Files {
  private readonly logger = new Logger('Files');

  constructor(
    private readonly database: Database,
    @Inject(STORAGE) private readonly storage: Storage,
    private readonly keys: FileKeys,
    private readonly clock: CampusClock,
  ) {}

  /** Throws what a file is refused for before it is looked at: MissingPermission (403), TooManyUnattached (409). */
  async mayStore(tx: Tx, actor: Actor, purpose: FilePurpose): Promise<void> {
    if (!purpose.upload.some((permission) => actor.can(permission)))
      throw new MissingPermission(purpose.upload[0] ?? purpose.read[0]);
    const waiting = await queryOne<{ n: number }>(
      tx,
      sql`SELECT count(*)::int AS n FROM ${fileTable(purpose.service)} f
           WHERE ${handedInBy(actor)} AND f.subject_id IS NULL AND f.keep_until > ${this.clock.now()}`,
    );
    if (waiting!.n >= MOST_UNATTACHED) throw new TooManyUnattached({ params: { most: MOST_UNATTACHED } });
  }

  /** Keeps a file for a day, to be attached by then. Throws also what its content is refused for; see `harmless`. */
  async store(actor: Actor, purpose: FilePurpose, { path, filename }: IncomingFile): Promise<StoredFileDto> {
    const content = await harmless(path, purpose.types);
    const sealedPath = `${path}.sealed`;
    const { secret, bytes, sha256 } = await sealFile(content.path, sealedPath);
    // A picture may have grown.
    if (bytes > purpose.maxBytes) throw new BodyTooLarge({ pointer: '#/file' });
    const id = newId();
    const key = keyOf(purpose.service, id);
    await this.withStorage(this.storage.put(key, sealedPath));
    let written = false;
    try {
      return await this.database.transaction(actor, async (tx) => {
        await query(
          tx,
          sql`SELECT pg_advisory_xact_lock(hashtextextended(${`file ${actor.personId ?? actor.app}`}, 0))`,
        );
        await this.mayStore(tx, actor, purpose);
        const sealedKey = this.keys.seal(purpose.service, id, secret);
        const row = await queryOne<StoredFileDto>(
          tx,
          sql`INSERT INTO ${fileTable(purpose.service)} AS f
                (id, purpose, name, media_type, bytes, sha256, sealed_key, person_id, app, keep_until)
              VALUES (${id}, ${purpose.name}, ${cleanName(filename, content.type)}, ${content.type}, ${bytes}, ${sha256}, ${sealedKey},
                ${actor.personId ?? null}, ${actor.app}, ${this.tomorrow()}) RETURNING ${COLUMNS}`,
        );
        written = true;
        return StoredFileDto.from(row!);
      });
    } catch (error) {
      // What fails after the row was written may be its commit, of which nobody knows: the content stays, and `deleteOrphans` looks.
      if (!written) this.discard(key);
      throw error;
    }
  }

  /**
   * Puts a content that the service has made into the storage, for `addPut`; before the transaction, as a storage may be slow. Without a row
   * it is deleted by `deleteOrphans`.
   */
  async put(service: ServiceName, content: Buffer): Promise<PutContent> {
    return this.putStream(service, Readable.from([content]));
  }

  /** The same for a content that is made as it is read: nothing of it is held in memory. */
  async putStream(service: ServiceName, content: Readable): Promise<PutContent> {
    const id = newId();
    const folder = await mkdtemp(join(tmpdir(), 'yizhan-put-'));
    try {
      const [plain, sealedPath] = [join(folder, 'plain'), join(folder, 'sealed')];
      await pipeline(content, createWriteStream(plain, { mode: 0o600 }));
      const sealed = await sealFile(plain, sealedPath);
      await this.withStorage(this.storage.put(keyOf(service, id), sealedPath));
      return { id, ...sealed };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Attaches a content that was put to a subject whose row is there already. Throws StudentErased (409). */
  async addPut(
    tx: Tx,
    by: Pick<Actor, 'personId' | 'app'>,
    { id, secret, bytes, sha256 }: PutContent,
    { purpose, id: subjectId }: FileSubject,
    { name, keepUntil }: { name: string; keepUntil: Date | null },
  ): Promise<FileDto> {
    const { service, types } = purpose;
    const row = await queryOne<FileDto>(
      tx,
      sql`INSERT INTO ${fileTable(service)} AS f
            (id, purpose, subject_id, name, media_type, bytes, sha256, sealed_key, person_id, app, keep_until)
          VALUES (${id}, ${purpose.name}, ${subjectId}, ${cleanName(name, types[0]!)}, ${types[0]}, ${bytes}, ${sha256},
            ${this.keys.seal(service, id, secret)}, ${by.personId ?? null}, ${by.app}, ${keepUntil}) RETURNING ${COLUMNS}`,
    );
    await this.keys.giveToStudents(tx, service, sql`f.id = ${id}`, 1);
    return FileDto.from(row!);
  }

  /** What is known of a file that the actor may read: of their own that is not attached yet, or of a row that they may read. */
  async find(tx: Tx, actor: Actor, service: ServiceName, id: string): Promise<StoredFileDto> {
    const row = await queryOne<StoredFileDto>(
      tx,
      sql`SELECT ${COLUMNS} FROM ${fileTable(service)} f WHERE f.id = ${id} AND ${this.readable(actor, service)}`,
    );
    if (!row) throw new NotFound({ what: 'file' });
    return StoredFileDto.from(row);
  }

  /** A file with its content; who reads it is written down before the first byte is given. */
  open(actor: Actor, service: ServiceName, id: string): Promise<OpenFile> {
    return this.give(actor, service, id, (tx) => this.find(tx, actor, service, id));
  }

  /** The same of a file of a subject which is shown to the actor otherwise than by their rights, e.g. to whoever has its code. */
  openOf(actor: Actor, { purpose: { service, name }, id: subjectId }: FileSubject, id: string): Promise<OpenFile> {
    return this.give(actor, service, id, async (tx) => {
      const row = await queryOne<StoredFileDto>(
        tx,
        sql`SELECT ${COLUMNS} FROM ${fileTable(service)} f WHERE f.id = ${id} AND f.purpose = ${name} AND f.subject_id = ${subjectId}`,
      );
      if (!row) throw new NotFound({ what: 'file' });
      return StoredFileDto.from(row);
    });
  }

  private async give(
    actor: Actor,
    service: ServiceName,
    id: string,
    find: (tx: Tx) => Promise<StoredFileDto>,
  ): Promise<OpenFile> {
    const { file, secret } = await this.database.transaction(null, async (tx) => {
      const found = await find(tx);
      const row = await queryOne<FileKey>(
        tx,
        sql`SELECT id, sealed_key AS "sealedKey", student_id AS "studentId" FROM ${fileTable(service)} WHERE id = ${id}`,
      );
      const secret = await this.keys.open(tx, service, row!);
      await audit(tx, actor, { action: `${service}.file.read`, subject: { kind: 'file', id } });
      return { file: found, secret };
    });
    const stored = await this.withStorage(this.storage.get(keyOf(service, id)));
    if (!stored) throw new Error(`The content of file ${id} of ${service} is not in the storage`);
    return { file, content: openSealed(stored, secret) };
  }

  /**
   * Throws NotAttachable (422) unless each file is the actor's own, meant for this and not used, or attached to the subject already;
   * its errors point at `pointer`/<place in `ids`>, or where `pointer` says of a place. Says nothing of what becomes of them meanwhile.
   */
  async check(
    tx: Tx,
    actor: Actor,
    ids: readonly string[],
    subject: Pick<FileSubject, 'purpose'> & { id?: string | undefined },
    pointer: string | ((place: number) => string),
  ): Promise<void> {
    const pointerOf = typeof pointer === 'string' ? (place: number): string => `${pointer}/${place}` : pointer;
    const { purpose, id: subjectId = null } = subject;
    const fitting = await query<{ id: string }>(
      tx,
      sql`SELECT f.id FROM ${fileTable(purpose.service)} f
           WHERE f.id = ANY(${ids}::uuid[]) AND f.purpose = ${purpose.name}
             AND (f.subject_id = ${subjectId}::uuid OR (f.subject_id IS NULL AND ${handedInBy(actor)}))`,
    );
    const known = new Set(fitting.map(({ id }) => id));
    const errors = ids.flatMap((id, i): FieldError[] =>
      known.has(id.toLowerCase()) ? [] : [{ pointer: pointerOf(i), ...NOT_YOURS_TO_ATTACH }],
    );
    if (errors.length > 0) throw new NotAttachable({ errors });
  }

  /**
   * Attaches files to a subject, beside those that are attached already, and keeps all of them until `keepUntil` (null: as long as the
   * subject). Throws what `check` throws, TooManyFiles (422) and StudentErased (409). Returns all files of the subject, those handed in first
   * first.
   */
  async attach(
    tx: Tx,
    actor: Actor,
    ids: readonly string[],
    subject: FileSubject,
    { keepUntil, pointer }: { keepUntil: Date | null; pointer: string },
  ): Promise<FileDto[]> {
    const { purpose, id: subjectId } = subject;
    const table = fileTable(purpose.service);
    await query(tx, sql`SELECT FROM ${table} WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`);
    await this.check(tx, actor, ids, subject, pointer);
    await query(
      tx,
      sql`UPDATE ${table} SET subject_id = ${subjectId}, keep_until = ${keepUntil}
           WHERE id = ANY(${ids}::uuid[]) OR subject_id = ${subjectId} AND purpose = ${purpose.name}`,
    );
    const theirs = sql`f.subject_id = ${subjectId} AND f.purpose = ${purpose.name}`;
    await this.keys.giveToStudents(tx, purpose.service, theirs, MOST_AT_ONCE);
    const files = await filesOf(tx, subject);
    if (files.length > purpose.maxFiles) throw new TooManyFiles({ pointer, params: { most: purpose.maxFiles } });
    return files;
  }

  /** Gives files of a subject back to who handed them in, for a day: all but `but`. */
  async free(tx: Tx, { purpose, id }: FileSubject, but: readonly string[] = []): Promise<void> {
    await query(
      tx,
      sql`UPDATE ${fileTable(purpose.service)} SET subject_id = NULL, keep_until = ${this.tomorrow()}
           WHERE subject_id = ${id} AND purpose = ${purpose.name} AND id <> ALL(${but}::uuid[])`,
    );
  }

  /** Deletes what was kept until `now`, at most `most` files; returns how many. Contents go once the rows are gone for good. */
  async deleteExpired(tx: Tx, service: ServiceName, now: Date, most: number): Promise<number> {
    const table = fileTable(service);
    const rows = await query<{ id: string }>(
      tx,
      sql`DELETE FROM ${table} WHERE id IN
            (SELECT id FROM ${table} WHERE keep_until <= ${now} ORDER BY keep_until LIMIT ${most} FOR UPDATE SKIP LOCKED)
          RETURNING id`,
    );
    for (const { id } of rows) afterCommit(tx, () => this.discard(keyOf(service, id)));
    return rows.length;
  }

  /** Deletes the files about a student, and those that the student has handed in and not used. */
  async deleteOfStudent(tx: Tx, service: ServiceName, studentId: string): Promise<void> {
    const rows = await query<{ id: string }>(
      tx,
      sql`DELETE FROM ${fileTable(service)} f
           WHERE f.student_id = ${studentId} OR (f.person_id = ${studentId} AND f.subject_id IS NULL)
              OR (f.student_id IS NULL AND f.subject_id IS NOT NULL AND ${studentOf(service)} = ${studentId}::uuid)
          RETURNING f.id`,
    );
    for (const { id } of rows) afterCommit(tx, () => this.discard(keyOf(service, id)));
  }

  /**
   * Deletes contents without a row that were put so long ago, or before: a crash left them. Their ids say when, so the clock of ids says what a
   * day is: by a campus clock that runs ahead, what is being added would go. Returns how many.
   */
  async deleteOrphans(tx: Tx, service: ServiceName, agoMs = UNATTACHED_MS): Promise<number> {
    const before = new Date(putAt(keyOf(service, newId())).getTime() - agoMs);
    let deleted = 0;
    for await (const keys of inBatches(this.storage.list(service))) {
      const old = keys.filter((key) => putAt(key) < before);
      const kept = await query<{ key: string }>(
        tx,
        sql`SELECT key FROM unnest(${old}::text[]) AS key JOIN ${fileTable(service)} f ON key = ${`${service}/`} || f.id`,
      );
      const known = new Set(kept.map(({ key }) => key));
      for (const key of old.filter((one) => !known.has(one))) {
        await this.storage.delete(key);
        deleted++;
      }
    }
    return deleted;
  }

  /** Until when a file is kept that is attached to nothing. */
  private tomorrow(): Date {
    return new Date(this.clock.now().getTime() + UNATTACHED_MS);
  }

  private readable(actor: Actor, service: ServiceName): Sql {
    let readable = sql`(f.subject_id IS NULL AND ${handedInBy(actor)})`;
    for (const purpose of purposesOf(service)) {
      const subject = purpose.readable(actor, sql`f.subject_id`, this.clock);
      readable = sql`${readable} OR (f.purpose = ${purpose.name} AND ${subject})`;
    }
    return sql`(${readable})`;
  }

  /** Deletes a content that no row names; what fails is left to `deleteOrphans`. */
  private discard(key: string): void {
    this.storage.delete(key).catch((error: Error) => this.logger.warn(`a content is not deleted yet: ${error.name}`));
  }

  /** A storage that does not do what it should is not the caller's fault, and may be back soon. */
  private async withStorage<T>(done: Promise<T>): Promise<T> {
    try {
      return await done;
    } catch (error) {
      const { name, code } = error as { name: string; code?: string };
      this.logger.error(`the storage of files fails: ${name} ${code ?? ''}`);
      throw new Unavailable({ retryAfter: RETRY_AFTER_SECONDS });
    }
  }
}

/** The files of a subject, those handed in first first. */
export async function filesOf(tx: Tx, { purpose, id }: FileSubject): Promise<FileDto[]> {
  const rows = await query<FileDto>(
    tx,
    sql`SELECT ${COLUMNS} FROM ${fileTable(purpose.service)} f WHERE f.subject_id = ${id} AND f.purpose = ${purpose.name} ORDER BY f.id`,
  );
  return rows.map((row) => FileDto.from(row));
}

/** SQL predicate over `f`: was it handed in by the person, through whichever app, or by the app itself? */
function handedInBy({ personId, app }: Actor): Sql {
  return personId ? sql`f.person_id = ${personId}` : sql`(f.person_id IS NULL AND f.app = ${app})`;
}

function keyOf(service: ServiceName, id: string): string {
  return `${service}/${id}`;
}

/** When the id of a key was made (UUIDv7, RFC 9562 §5.7); NaN for what is no key of ours. */
function putAt(key: string): Date {
  const [, high, low] = /\/([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/.exec(key) ?? [];
  return new Date(Number.parseInt(`${high}${low}`, 16));
}

async function* inBatches(keys: AsyncIterable<string>, size = 1_000): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const key of keys) {
    batch.push(key);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
