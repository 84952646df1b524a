import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { query, sql, type Tx } from '#database';
import { decrypt, encrypt, NO_TEXT, STUDENT_HEADER } from './cipher.js';
import { KEY_BYTES } from './key-file.js';
import { type OfStudent, type Opened, sealedFieldsOf, type SealedText } from './sealed.js';
import { Vault } from './vault.js';
import { StudentErased } from './vault.problems.js';

/** Database roles of services read the keys, which are of no use without the root key, and get or make them through this function. */
export const KEY_RIGHTS = {
  select: 'SELECT ON platform.student_key',
  take: 'EXECUTE ON FUNCTION platform.take_student_keys(uuid[], bytea[])',
  drop: 'EXECUTE ON FUNCTION platform.drop_student_key(uuid)',
};

/** A text of a student's and where it lies: table, row and column. */
export interface Text {
  studentId: string;
  place: string;
  text: string;
}

/** What lies in a place: sealed, or a plain text in UTF-8 from before it was; null: nothing. */
export interface Stored {
  studentId: string;
  place: string;
  sealed: Buffer | null;
}

/**
 * Seals texts with a key that each student has for themselves. Without the key, which erasure drops, nobody can read them, in no copy.
 * Each call reads the keys of all its students with one statement and keeps none: none outlives an erasure.
 */
@Injectable()
export class StudentKeys {
  constructor(private readonly vault: Vault) {}

  /** Sealed texts in the order given. A student without a key gets one. Throws StudentErased (409). */
  async seal(tx: Tx, texts: readonly Text[]): Promise<Buffer[]> {
    const ids = distinct(texts);
    if (ids.length === 0) return [];
    const offered = ids.map((id) => this.vault.seal(placeOf(id), randomBytes(KEY_BYTES).toString('base64')));
    const rows = await query<Row>(
      tx,
      sql`SELECT id, key FROM platform.take_student_keys(${ids}::uuid[], ${offered}::bytea[])`,
    );
    const keys = this.unwrapped(rows);
    return texts.map(({ studentId, place, text }) => {
      const key = keys.get(studentId.toLowerCase());
      if (!key) throw new StudentErased();
      return encrypt(key, place, text, STUDENT_HEADER);
    });
  }

  /** Texts in the order given. Null: there was none, or it was taken away (the student was erased, or its key was lost). */
  async open(tx: Tx, values: readonly Stored[]): Promise<(string | null)[]> {
    const ids = distinct(values.filter(({ sealed }) => sealed !== null && isSealed(sealed)));
    const rows =
      ids.length === 0
        ? []
        : await query<Row>(
            tx,
            sql`SELECT student_id AS id, wrapped AS key FROM platform.student_key WHERE student_id = ANY(${ids}::uuid[])`,
          );
    const keys = this.unwrapped(rows);
    return values.map(({ studentId, place, sealed }) => {
      if (sealed === null || sealed.equals(NO_TEXT)) return null;
      if (!isSealed(sealed)) return sealed.toString('utf8');
      const key = keys.get(studentId.toLowerCase());
      if (key === undefined) throw new Error(`The key of student ${studentId} is missing, and was not dropped`);
      return key && decrypt(key, place, sealed, STUDENT_HEADER.length);
    });
  }

  /** Seals the fields of entities, marked `@Sealed`, that hold a new text. Before `insert` and `update`. Throws StudentErased (409). */
  async sealFields(tx: Tx, ...entities: OfStudent[]): Promise<void> {
    const fields = entities.flatMap((entity) =>
      sealedFieldsOf(tx, entity)
        .filter(({ name }) => typeof read(entity, name) === 'string')
        .map((field) => ({ entity, ...field })),
    );
    const sealed = await this.seal(
      tx,
      fields.map(({ entity, name, place }) => ({
        studentId: entity.studentId,
        place,
        text: read(entity, name) as string,
      })),
    );
    fields.forEach(({ entity, name }, i) => Object.assign(entity, { [name]: sealed[i] }));
  }

  /** The texts in the fields of entities that are marked `@Sealed`: one object of them for each. */
  async openFields<T extends OfStudent>(tx: Tx, entities: readonly T[]): Promise<Opened<T>[]> {
    const fields = entities.map((entity) => sealedFieldsOf(tx, entity));
    const stored = entities.flatMap((entity, i) =>
      fields[i]!.map(({ name, place }): Stored => {
        const value = read(entity, name);
        return {
          studentId: entity.studentId,
          place,
          sealed: typeof value === 'string' ? Buffer.from(value) : value,
        };
      }),
    );
    const texts = (await this.open(tx, stored)).values();
    return fields.map(
      (names) => Object.fromEntries(names.map(({ name }) => [name, texts.next().value ?? null])) as Opened<T>,
    );
  }

  /** Drops the key of a student for good, after whoever is sealing with it has committed. Only the directory's role may. */
  async drop(tx: Tx, studentId: string): Promise<void> {
    await query(tx, sql`SELECT platform.drop_student_key(${studentId})`);
  }

  /** By student; null: dropped. */
  private unwrapped(rows: readonly Row[]): Map<string, Buffer | null> {
    return new Map(
      rows.map(({ id, key }) => [id, key && Buffer.from(this.vault.open(placeOf(id), key), 'base64')] as const),
    );
  }
}

interface Row {
  id: string;
  key: Buffer | null;
}

/** Is it sealed, or a plain text? */
export function isSealed(stored: Buffer): boolean {
  return stored[0] === STUDENT_HEADER[0];
}

function read(entity: OfStudent, name: string): SealedText | null {
  return (entity as unknown as Record<string, SealedText | null>)[name] ?? null;
}

function distinct(values: readonly { studentId: string }[]): string[] {
  return [...new Set(values.map(({ studentId }) => studentId.toLowerCase()))];
}

/** What the key of a student is sealed to: its row. */
function placeOf(studentId: string): string {
  return `platform.student_key ${studentId}`;
}
