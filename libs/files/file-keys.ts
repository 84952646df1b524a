import { Injectable } from '@nestjs/common';
import { schemaOf, type ServiceName } from '#contracts';
import { join, query, sql, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { StudentErased, StudentKeys, Vault } from '#vault';
import { fileTable } from './migrations/file-table.js';
import { purposesOf } from './purpose.js';

/** What opens the contents of files: sealed with a root key while a file is nobody's, then with the key of the student it is about. */
@Injectable()
export class FileKeys {
  constructor(
    private readonly vault: Vault,
    private readonly students: StudentKeys,
  ) {}

  seal(service: ServiceName, id: string, secret: Buffer): Buffer {
    return this.vault.seal(placeOf(service, id), secret.toString('base64'));
  }

  /** Throws NotFound when the student was erased: the row goes soon. */
  async open(tx: Tx, service: ServiceName, row: FileKey): Promise<Buffer> {
    const [secret] = await this.openAll(tx, service, [row]);
    if (!secret) throw new NotFound({ what: 'file' });
    return secret;
  }

  /**
   * Seals the keys of files with those of the students that their subjects are about; `which` is a predicate over `f`, and at most `most`
   * are. Returns how many. Throws StudentErased (409).
   */
  async giveToStudents(tx: Tx, service: ServiceName, which: Sql, most: number): Promise<number> {
    const table = fileTable(service);
    const student = studentOf(service);
    const rows = await query<FileKey & { owner: string }>(
      tx,
      sql`SELECT f.id, f.sealed_key AS "sealedKey", f.student_id AS "studentId", ${student} AS owner FROM ${table} f
           WHERE ${which} AND ${student} IS DISTINCT FROM f.student_id AND ${student} IS NOT NULL
           ORDER BY f.id LIMIT ${most} FOR UPDATE OF f SKIP LOCKED`,
    );
    if (rows.length === 0) return 0;
    const secrets = await this.openAll(tx, service, rows);
    if (secrets.includes(null)) throw new StudentErased();
    const sealed = await this.students.seal(
      tx,
      rows.map(({ id, owner }, i) => ({
        studentId: owner,
        place: placeOf(service, id),
        text: secrets[i]!.toString('base64'),
      })),
    );
    await query(
      tx,
      sql`UPDATE ${table} f SET sealed_key = n.key, student_id = n.owner
            FROM unnest(${rows.map(({ id }) => id)}::uuid[], ${sealed}::bytea[], ${rows.map(({ owner }) => owner)}::uuid[])
              AS n(id, key, owner) WHERE f.id = n.id`,
    );
    return rows.length;
  }

  /** The same for files that were attached before there were keys of students. It may stop anywhere and begin anew. */
  async giveAttached(tx: Tx, service: ServiceName, most: number): Promise<number> {
    const erased = sql`SELECT FROM platform.student_key k WHERE k.student_id = ${studentOf(service)} AND k.erased_at IS NOT NULL`;
    const which = sql`f.subject_id IS NOT NULL AND f.student_id IS NULL AND NOT EXISTS (${erased})`;
    return this.giveToStudents(tx, service, which, most);
  }

  /** Null: of a student who was erased. */
  private async openAll(tx: Tx, service: ServiceName, rows: readonly FileKey[]): Promise<(Buffer | null)[]> {
    const ofStudents = rows.filter(hasStudent);
    const opened = await this.students.open(
      tx,
      ofStudents.map(({ id, studentId, sealedKey }) => ({ studentId, place: placeOf(service, id), sealed: sealedKey })),
    );
    const texts = new Map(ofStudents.map(({ id }, i) => [id, opened[i]!]));
    return rows.map((row) => {
      const text = hasStudent(row) ? texts.get(row.id)! : this.vault.open(placeOf(service, row.id), row.sealedKey);
      return text === null ? null : Buffer.from(text, 'base64');
    });
  }
}

export interface FileKey {
  id: string;
  sealedKey: Buffer;
  studentId: string | null;
}

function hasStudent(row: FileKey): row is FileKey & { studentId: string } {
  return row.studentId !== null;
}

/** SQL over `f`: the student whom a file's subject is about, or null. */
export function studentOf(service: ServiceName): Sql {
  const cases = purposesOf(service).flatMap(({ name, studentOf: student }) =>
    student ? [sql`WHEN f.purpose = ${name} THEN ${student(sql`f.subject_id`)}`] : [],
  );
  return cases.length === 0 ? sql`NULL::uuid` : sql`CASE ${join(cases, ' ')} END`;
}

/** What the key of a content is sealed to: its row. */
function placeOf(service: ServiceName, id: string): string {
  return `${schemaOf(service)}.file ${id}`;
}
