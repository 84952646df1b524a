import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Column, Entity } from 'typeorm';
import { BaseEntity, type Database, insert, newId, query, sql, type Tx, update } from '#database';
import { countStatements, TestApp } from '#testing';
import {
  countOld,
  countPlain,
  eraseTexts,
  rewrap,
  Sealed,
  type SealedText,
  sealTexts,
  StudentErased,
  StudentKeys,
  Vault,
} from '#vault';
import { affairs } from '../../../apps/affairs/src/affairs.module.js';

@Entity({ name: 'note', schema: 'affairs' })
class Note extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Sealed()
  first: SealedText;

  @Sealed({ nullable: true })
  second: SealedText | null = null;

  static of(studentId: string, first: string, second: string | null = null): Note {
    return Object.assign(new Note(), { studentId, first, second });
  }
}
const NOTES = { table: 'affairs.note', columns: ['first', 'second'] };
const STUDENT_KEYS = { table: 'platform.student_key', id: 'student_id::text', column: 'wrapped' };

describe('texts sealed with a key per student', () => {
  let test: TestApp;
  let database: Database;
  let keys: StudentKeys;
  const folder = mkdtempSync(join(tmpdir(), 'yizhan-keys-'));

  beforeAll(async () => {
    test = await TestApp.create([{ ...affairs, entities: [...affairs.entities, Note] }]);
    database = test.database;
    keys = test.app.get(StudentKeys);
    await test.query(sql`
      CREATE TABLE affairs.note (id uuid PRIMARY KEY, student_id uuid NOT NULL, first bytea NOT NULL, second bytea,
        created_at timestamptz, updated_at timestamptz, version int NOT NULL)`);
  });
  afterEach(async () => {
    await test.query(sql`TRUNCATE affairs.note`);
  });
  afterAll(async () => {
    await test?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => database.transaction(null, work);
  const save = (note: Note): Promise<Note> =>
    inTx(async (tx) => {
      await keys.sealFields(tx, note);
      return insert(tx, note);
    });
  const texts = async (...ids: string[]): Promise<(string | null)[][]> => {
    const notes = await Promise.all(ids.map((id) => test.tx.findOneByOrFail(Note, { id })));
    return (await keys.openFields(test.tx, notes)).map(({ first, second }) => [first, second]);
  };
  const drop = (studentId: string): Promise<void> => inTx((tx) => keys.drop(tx, studentId));
  const place = (n: number): string => `affairs.note ${n} first`;

  it('are opened in their place only, whole and unchanged, with the key of their student', async () => {
    const students = [newId(), newId()];
    const text = fc.string({ unit: 'grapheme', maxLength: 100 });
    const value = fc.record({ student: fc.nat(1), place: fc.nat(3).map(place), text });
    await fc.assert(
      fc.asyncProperty(value, value, fc.nat(), async (one, other, at) => {
        const stored = ({ student, ...rest }: typeof one) => ({ studentId: students[student]!, ...rest });
        const [sealed, second] = await inTx((tx) => keys.seal(tx, [stored(one), stored(other)]));
        const open = (of: typeof one, bytes: Buffer) =>
          keys.open(test.tx, [{ studentId: stored(of).studentId, place: of.place, sealed: bytes }]);
        expect([await open(one, sealed!), await open(other, second!)]).toEqual([[one.text], [other.text]]);
        if (one.student !== other.student || one.place !== other.place)
          await expect(open(other, sealed!)).rejects.toThrow(/authenticate/);
        await expect(open(one, sealed!.subarray(0, 4 + (at % (sealed!.length - 4))))).rejects.toThrow();
        const changed = Buffer.from(sealed!);
        changed[1 + (at % (changed.length - 1))]! ^= 1;
        await expect(open(one, changed)).rejects.toThrow();
      }),
      { numRuns: 40 },
    );
  });

  it('are opened and sealed with one statement for the keys of a whole list', async () => {
    const list = Array.from({ length: 200 }, (_, i) => ({ studentId: newId(), place: place(i), text: `事由 ${i}` }));
    await inTx(async (tx) => {
      const { found: sealed, statements } = await countStatements(tx, () => keys.seal(tx, list));
      expect(statements).toBe(1);
      const stored = list.map(({ studentId, place: where }, i) => ({ studentId, place: where, sealed: sealed[i]! }));
      const opened = await countStatements(tx, () => keys.open(tx, stored));
      expect(opened).toEqual({ found: list.map(({ text }) => text), statements: 1 });
    });
  });

  it('have one key, however many seal for a new student at once', async () => {
    const students = Array.from({ length: 10 }, newId);
    const two = [keys, new StudentKeys(Vault.fromFile(test.config.secretKeyFile))];
    const list = students.map((studentId) => ({ studentId, place: place(1), text: studentId }));
    const sealed = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        inTx(async (tx) => {
          // In whatever order they are named.
          const ordered = i % 2 ? list : [...list].reverse();
          const values = await two[i % 2]!.seal(tx, ordered);
          return ordered.map((item, at) => [item, values[at]!] as const);
        }),
      ),
    );
    const [{ n }] = (await test.query(
      sql`SELECT count(*)::int AS n FROM platform.student_key WHERE student_id = ANY(${students}::uuid[])`,
    )) as [{ n: number }];
    expect(n).toBe(students.length);
    for (const [item, bytes] of sealed.flat())
      expect(await keys.open(test.tx, [{ ...item, sealed: bytes }])).toEqual([item.text]);
  });

  it('are never written unsealed, and never lie opened in an entity', async () => {
    const note = Note.of(newId(), '机密', '也是');
    await expect(inTx((tx) => insert(tx, note))).rejects.toThrow(/sealed/);
    await save(note);
    expect(await texts(note.id)).toEqual([['机密', '也是']]);
    const [row] = await test.query<{ first: Buffer }>(sql`SELECT first FROM affairs.note`);
    expect(row!.first.includes('机密')).toBe(false);
    const read = await test.tx.findOneByOrFail(Note, { id: note.id });
    read.second = '别的';
    await expect(inTx((tx) => update(tx, read))).rejects.toThrow(/sealed/);
    await inTx(async (tx) => {
      await keys.sealFields(tx, read);
      await update(tx, read);
    });
    expect(await texts(note.id)).toEqual([['机密', '别的']]);
    await test.query(sql`UPDATE affairs.note SET first = second, second = first`);
    await expect(texts(note.id)).rejects.toThrow(/authenticate/);
  });

  describe('after the key was dropped', () => {
    it('are null, and new ones are refused', async () => {
      const [gone, other] = [newId(), newId()];
      const [note, kept] = [await save(Note.of(gone, '机密')), await save(Note.of(other, '留下'))];
      await drop(gone);
      await drop(gone);
      expect(await texts(note.id, kept.id)).toEqual([
        [null, null],
        ['留下', null],
      ]);
      await expect(save(Note.of(gone, '新的'))).rejects.toThrow(StudentErased);
      const never = newId();
      await drop(never);
      await expect(save(Note.of(never, '新的'))).rejects.toThrow(StudentErased);
      expect(
        await test.query(
          sql`SELECT wrapped FROM platform.student_key WHERE student_id = ANY(${[gone, never]}::uuid[])`,
        ),
      ).toEqual([{ wrapped: null }, { wrapped: null }]);
    });

    it('are null also when they were being written', async () => {
      for (const before of [true, false]) {
        const studentId = newId();
        if (before) await save(Note.of(studentId, '先前'));
        let dropped = false;
        let dropping: Promise<void> | undefined;
        const note = await inTx(async (tx) => {
          const fresh = Note.of(studentId, '正在写');
          await keys.sealFields(tx, fresh);
          dropping = drop(studentId).then(() => void (dropped = true));
          await untilSomebodyWaits();
          const saved = await insert(tx, fresh);
          expect(dropped).toBe(false);
          return saved;
        });
        await dropping;
        expect(await texts(note.id)).toEqual([[null, null]]);
      }
    });

    it('are null for whoever begins to read afterwards, whatever was going on', async () => {
      const studentId = newId();
      let dropped = false;
      const seen: (string | null)[] = [];
      const refused: unknown[] = [];
      const writer = async (n: number): Promise<void> => {
        for (let i = 0; i < 12; i++)
          await save(Note.of(studentId, `${n} ${i}`)).catch((error: unknown) => refused.push(error));
      };
      const reader = async (): Promise<void> => {
        for (let i = 0; i < 12; i++) {
          const begunAfter = dropped;
          const found = await database.read(async (tx) => keys.openFields(tx, await tx.findBy(Note, { studentId })));
          if (begunAfter) seen.push(...found.map(({ first }) => first));
        }
      };
      const dropping = new Promise((resolve) => setTimeout(resolve, 30))
        .then(() => drop(studentId))
        .then(() => (dropped = true));
      await Promise.all([writer(1), writer(2), reader(), reader(), dropping]);
      await reader();
      expect(new Set(seen)).toEqual(new Set([null]));
      expect(refused.every((error) => error instanceof StudentErased)).toBe(true);
      await expect(save(Note.of(studentId, '晚了'))).rejects.toThrow(StudentErased);
    });

    async function untilSomebodyWaits(): Promise<void> {
      for (;;) {
        const waiting = await test.query(
          sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%drop_student_key%'`,
        );
        if (waiting.length > 0) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  });

  describe('from before their column was sealed', () => {
    const plain = (studentId: string, first: string, second: string | null = null): Promise<unknown> =>
      test.query(
        sql`INSERT INTO affairs.note (id, student_id, first, second, version)
            VALUES (${newId()}, ${studentId}, convert_to(${first}, 'UTF8'), convert_to(${second}, 'UTF8'), 1)`,
      );
    const ids = async (): Promise<string[]> =>
      (await test.query<{ id: string }>(sql`SELECT id FROM affairs.note ORDER BY id`)).map(({ id }) => id);
    const seal = (most: number): Promise<number> => inTx((tx) => sealTexts(tx, keys, NOTES, most));

    it('are read as they are, until they are sealed in batches that may stop anywhere', async () => {
      const student = newId();
      await save(Note.of(student, '已封'));
      for (let i = 0; i < 7; i++) await plain(newId(), i === 3 ? '' : `明文 ${i}`, i % 2 ? '又一' : null);
      const before = await texts(...(await ids()));
      expect(await countPlain(test.tx, NOTES)).toBe(7);
      expect(await seal(3)).toBe(3);
      await expect(
        inTx(async (tx) => {
          await sealTexts(tx, keys, NOTES, 3);
          throw new Error('stopped');
        }),
      ).rejects.toThrow('stopped');
      expect(await countPlain(test.tx, NOTES)).toBe(4);
      expect(await texts(...(await ids()))).toEqual(before);
      expect([await seal(3), await seal(3), await seal(3)]).toEqual([3, 1, 0]);
      expect(await countPlain(test.tx, NOTES)).toBe(0);
      expect(await texts(...(await ids()))).toEqual(before);
      const rows = await test.query<{ text: Buffer }>(
        sql`SELECT first || coalesce(second, '') AS text FROM affairs.note`,
      );
      for (const { text } of rows) expect(text.includes('明文')).toBe(false);
    });

    it('are blanked when their student was erased meanwhile, also by whoever had read them', async () => {
      const student = newId();
      await plain(student, '明文', '又一');
      const [read] = await test.tx.findBy(Note, { studentId: student });
      await drop(student);
      await inTx((tx) => eraseTexts(tx, NOTES, student));
      await expect(inTx((tx) => update(tx, read!))).rejects.toThrow(/changed since/);
      await plain(student, '再来');
      await seal(10);
      expect(await texts(...(await ids()))).toEqual([
        [null, null],
        [null, null],
      ]);
      const rows = await test.query<{ first: Buffer }>(sql`SELECT first FROM affairs.note`);
      expect(rows.map(({ first }) => first.length)).toEqual([4, 4]);
    });
  });

  it('are readable all the while, when the root key is replaced beside writers, and the old one is needed no more', async () => {
    const [old, fresh] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const vault = (name: string, ...lines: string[]): Vault => {
      writeFileSync(join(folder, name), lines.join('\n'));
      return Vault.fromFile(join(folder, name));
    };
    await test.query(sql`DELETE FROM platform.student_key`);
    const [before, both, after] = [vault('a', old), vault('b', fresh, old), vault('c', fresh)];
    const students = Array.from({ length: 50 }, newId);
    const item = (studentId: string) => ({ studentId, place: place(1), text: studentId });
    const sealed = await inTx((tx) => new StudentKeys(before).seal(tx, students.map(item)));
    const read = (with_: Vault) =>
      new StudentKeys(with_).open(
        test.tx,
        students.map((studentId, i) => ({ ...item(studentId), sealed: sealed[i]! })),
      );
    await expect(read(after)).rejects.toThrow(before.keyId);
    expect(await countOld(test.tx, both, STUDENT_KEYS)).toBe(50);
    const gone = students[7]!;
    const rewrapping = async (): Promise<void> => {
      while ((await inTx((tx) => rewrap(tx, both, STUDENT_KEYS, 7))) > 0);
    };
    const writing = async (): Promise<void> => {
      for (let i = 0; i < 20; i++)
        await inTx((tx) => new StudentKeys(both).seal(tx, [item(students[i + 20]!), item(newId())]));
    };
    await Promise.all([rewrapping(), writing(), inTx((tx) => keys.drop(tx, gone)), rewrapping(), read(both)]);
    await rewrapping();
    expect(await countOld(test.tx, both, STUDENT_KEYS)).toBe(0);
    expect(await read(after)).toEqual(students.map((id) => (id === gone ? null : id)));
    const tombstones = await query(
      test.tx,
      sql`SELECT student_id AS id FROM platform.student_key WHERE wrapped IS NULL`,
    );
    expect(tombstones).toEqual([{ id: gone }]);
  });
});
