import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import supertest from 'supertest';
import type { QueryRunner } from 'typeorm';
import { v7 } from 'uuid';
import { Actor } from '#auth';
import { newId, query, queryOne, sql } from '#database';
import { Handlers, Schedules } from '#events';
import { createFileTable, filePurpose, Files, filesOf, type StoredFileDto } from '#files';
import { campus, type Client, cloneDatabase, drainEvents, eventually, TestApp } from '#testing';
import { safety } from '../../../apps/safety/src/safety.module.js';

const HOUR = 3_600_000;
const PATH = '/safety/v1/files';
const MB = 1_048_576;
const PDF = Buffer.from('%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n');

const REPORT = filePurpose({
  service: 'safety',
  name: 'test-report',
  zh: '测试报告',
  en: 'Report of a test',
  types: ['application/pdf', 'image/png'],
  maxMb: 1,
  maxFiles: 2,
  upload: ['safety:device:write', 'safety:pass:write'],
  read: ['safety:pass:read'],
  // Only what begins with a zero may be read.
  readable: (actor, subjectId) => sql`(${actor.can('safety:pass:read')} AND ${subjectId}::text LIKE '0%')`,
});
const OTHER = filePurpose({ ...REPORT, name: 'test-other', maxMb: 1, readable: () => sql`FALSE` });

describe('files', () => {
  let test: TestApp;
  let drop: () => Promise<void>;
  let app: Client;
  let head: Client;
  let folder: string;
  const app1 = Actor.app('test-app', ['safety:device:write', 'safety:pass:read']);

  beforeAll(async () => {
    const clone = await cloneDatabase();
    drop = clone.drop;
    test = await TestApp.create([safety], { databaseUrl: clone.url });
    await createFileTable(test.database.dataSource as unknown as QueryRunner, 'safety');
    folder = join(test.config.filesDir, 'safety');
    app = await test.client('safety:device:write', 'safety:pass:read');
    head = await test.person(campus.staff.buildingHead1);
  });
  beforeEach(async () => {
    await test.query(sql`DELETE FROM safety.file`);
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await test?.close();
    await drop?.();
  });

  const send = (client: Client, content: Buffer = PDF, name = 'report.pdf', purpose = 'test-report'): supertest.Test =>
    client.post(`${PATH}?purpose=${purpose}`).attach('file', content, name);
  async function handIn(client = app, purpose = 'test-report'): Promise<StoredFileDto> {
    return (await send(client, PDF, 'report.pdf', purpose).expect(201)).body as StoredFileDto;
  }
  const attach = (ids: string[], subjectId: string, actor = app1, keepUntil: Date | null = null) =>
    test.database.transaction(null, (tx) =>
      test.app.get(Files).attach(tx, actor, ids, { purpose: REPORT, id: subjectId }, { keepUntil, pointer: '#/files' }),
    );
  const download = (client: Client, id: string): supertest.Test =>
    client.get(`${PATH}/${id}/content`).responseType('blob');
  const stored = (): string[] => {
    try {
      return readdirSync(folder).sort();
    } catch {
      return [];
    }
  };
  const rows = async (): Promise<string[]> =>
    (await test.query<{ id: string }>(sql`SELECT id FROM safety.file ORDER BY id`)).map(({ id }) => id);
  const audited = async (id: string): Promise<{ app: string; person: string | null }[]> =>
    test.query(
      sql`SELECT app, person_id AS person FROM platform.audit WHERE action = 'safety.file.read' AND subject_id = ${id}`,
    );
  const subject = (): string => `0${newId().slice(1)}`;

  describe('handing in', () => {
    it('keeps what came for a day, and says what it is', async () => {
      const before = test.clock.now().getTime();
      const answer = await send(app, PDF, '报告 1.pdf').expect(201);
      expect(answer.body).toMatchObject({ name: '报告 1.pdf', mediaType: 'application/pdf', bytes: PDF.length });
      expect(answer.body).toMatchObject({ purpose: 'test-report', subjectId: null });
      expect(answer.headers['location']).toBe(`${PATH}/${answer.body.id}`);
      const left = Date.parse(answer.body.keepUntil) - before;
      expect(left).toBeGreaterThan(24 * HOUR - 60_000);
      expect(left).toBeLessThan(24 * HOUR + 60_000);
      expect((await app.get(`${PATH}/${answer.body.id}`).expect(200)).body).toEqual(answer.body);
    });

    it('is refused with the reason, and leaves nothing', async () => {
      const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
        .png()
        .toBuffer();
      const big = Buffer.concat([PDF, Buffer.alloc(MB)]);
      const bad: [supertest.Test, number, string, string?][] = [
        [send(app, Buffer.from('<html>'), 'report.pdf'), 415, 'files/type-not-allowed', '#/file'],
        [send(app, png.subarray(0, 50), 'a.png'), 422, 'files/image-not-readable', '#/file'],
        [send(app, big, 'big.pdf'), 413, 'http/body-too-large'],
        [send(app, PDF, 'report.pdf', 'unknown'), 400, 'http/invalid', '?purpose'],
        [app.post(PATH).attach('file', PDF, 'a.pdf'), 400, 'http/invalid', '?purpose'],
        [app.post(`${PATH}?purpose=test-report`, {}), 415, 'http/unsupported-media-type'],
        [send(await test.client('safety:pass:read')), 403, 'http/forbidden'],
        [test.caller().post(`${PATH}?purpose=test-report`).attach('file', PDF, 'a.pdf'), 401, 'http/unauthorized'],
      ];
      for (const [request, status, code, pointer] of bad) {
        const { body } = await request.expect(status);
        expect([body.code, body.errors?.[0]?.pointer]).toEqual([code, pointer]);
      }
      expect([await rows(), stored()]).toEqual([[], []]);
      const { body } = await send(app, Buffer.from('<html>'), 'x.pdf').set('accept-language', 'en').expect(415);
      expect(body.detail).toContain('application/pdf, image/png');
    });

    it('takes any of the permissions that the purpose names', async () => {
      await send(await test.client('safety:pass:write')).expect(201);
    });

    it('under one Idempotency-Key is done once', async () => {
      const once = (content: Buffer) => send(app, content).set('Idempotency-Key', 'one-file');
      const [one, two] = [await once(PDF).expect(201), await once(PDF).expect(201)];
      expect(two.body).toEqual(one.body);
      await once(Buffer.concat([PDF, PDF])).expect(422);
      await eventually(() => expect([stored().length, one.body.id]).toEqual([1, stored()[0]]));
    });

    it('ends at thirty files that were not used', async () => {
      await test.query(sql`
        INSERT INTO safety.file (id, purpose, name, media_type, bytes, sha256, sealed_key, app, keep_until)
        SELECT gen_random_uuid(), 'test-report', 'a.pdf', 'application/pdf', 1, '', '', 'test-app', ${test.clock.now()}::timestamptz + interval '1 hour'
          FROM generate_series(1, 29)`);
      const answers = await Promise.all([send(app), send(app), send(app)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      expect(answers.find(({ status }) => status === 409)!.body.code).toBe('files/too-many-unattached');
      await send(head).expect(201);
    });

    it('that the storage cannot keep is answered 503 and leaves no row', async () => {
      writeFileSync(folder, 'in the way of the folder');
      const { body } = await send(app).expect(503);
      expect([body.code, await rows()]).toEqual(['http/unavailable', []]);
      rmSync(folder);
    });
  });

  describe('reading', () => {
    it('is for who handed it in until it is attached, then for whoever may read what it is attached to', async () => {
      const mine = await handIn();
      const stranger = await test.client('safety:pass:read');
      await download(head, mine.id).expect(404);
      expect((await download(stranger, mine.id).expect(200)).body).toEqual(PDF);
      await attach([mine.id], subject());
      expect((await download(head, mine.id).expect(200)).body).toEqual(PDF);
      const hidden = await handIn();
      await attach([hidden.id], `f${newId().slice(1)}`);
      await download(app, hidden.id).expect(404);
      await app.get(`${PATH}/${hidden.id}`).expect(404);
      await download(app, newId()).expect(404);
      await download(app, 'no-id').expect(400);
    });

    it('is written down before it is answered, and what is not answered is not', async () => {
      const file = await handIn();
      await app.get(`${PATH}/${file.id}`).expect(200);
      await download(head, file.id).expect(404);
      expect(await audited(file.id)).toEqual([]);
      await download(app, file.id).expect(200);
      expect(await audited(file.id)).toEqual([{ app: 'test-app', person: null }]);
    });

    it('is a download that runs nowhere', async () => {
      const { body } = await send(app, PDF, '诊断 1.pdf').expect(201);
      const { headers } = await download(app, body.id).expect(200);
      expect(headers).toMatchObject({
        'content-type': 'application/pdf',
        'content-length': String(PDF.length),
        'content-disposition': `attachment; filename="?? 1.pdf"; filename*=UTF-8''%E8%AF%8A%E6%96%AD%201.pdf`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
      expect(headers['content-security-policy']).toContain('sandbox');
      await download(app, body.id).set('accept', 'application/json').expect(406);
    });

    it('of a content that was changed in the storage never comes to its end', async () => {
      const { id } = (await send(app, Buffer.concat([PDF, Buffer.alloc(300_000, 7)])).expect(201)).body as {
        id: string;
      };
      const path = join(folder, id);
      const content = readFileSync(path);
      expect(content.includes(PDF.subarray(0, 20))).toBe(false);
      content[5]! ^= 1;
      writeFileSync(path, content);
      await expect(download(app, id)).rejects.toThrow();
    });

    it('of a content that is gone is our fault', async () => {
      const { id } = await handIn();
      rmSync(join(folder, id));
      await download(app, id).expect(500);
    });
  });

  describe('attaching', () => {
    const refused = async (doing: Promise<unknown>): Promise<unknown> => {
      const error = (await doing.then(() => undefined).catch((e: unknown) => e)) as {
        kind: { code: string };
        errors: { pointer: string }[];
      };
      return [error?.kind.code, error?.errors.map(({ pointer }) => pointer)];
    };

    it('takes own files of the purpose that are not used, and names the others', async () => {
      const [good, foreign, other, used] = [
        await handIn(),
        await handIn(head),
        await handIn(app, OTHER.name),
        await handIn(),
      ];
      await attach([used.id], subject());
      const ids = [good.id, foreign.id, newId(), other.id, used.id];
      const pointers = ['#/files/1', '#/files/2', '#/files/3', '#/files/4'];
      expect(await refused(attach(ids, subject()))).toEqual(['files/not-attachable', pointers]);
      expect((await app.get(`${PATH}/${good.id}`).expect(200)).body.subjectId).toBeNull();
    });

    it('adds to what is attached, twice the same, and no more than the purpose allows', async () => {
      const [one, two, three] = [await handIn(), await handIn(), await handIn()];
      const id = subject();
      const until = new Date('2030-01-01T00:00:00Z');
      await attach([one.id], id);
      const files = await attach([one.id.toUpperCase(), two.id], id, app1, until);
      expect(files).toEqual([one, two].map(({ id, name, mediaType, bytes }) => ({ id, name, mediaType, bytes })));
      expect(await refused(attach([three.id], id))).toEqual(['files/too-many-files', ['#/files']]);
      expect((await app.get(`${PATH}/${one.id}`)).body).toMatchObject({
        subjectId: id,
        keepUntil: until.toISOString(),
      });
    });

    it('of one file to two things at once succeeds once', async () => {
      const { id } = await handIn();
      const [first, second] = [subject(), subject()];
      let late: Promise<unknown> = Promise.resolve();
      await test.database.transaction(null, async (tx) => {
        const { pid } = (await queryOne<{ pid: number }>(tx, sql`SELECT pg_backend_pid() AS pid`))!;
        await test.app
          .get(Files)
          .attach(tx, app1, [id], { purpose: REPORT, id: first }, { keepUntil: null, pointer: '#' });
        late = refused(attach([id], second));
        await eventually(async () => {
          const waiting = await test.query(
            sql`SELECT pid FROM pg_stat_activity WHERE ${pid}::int = ANY(pg_blocking_pids(pid))`,
          );
          expect(waiting).toHaveLength(1);
        });
      });
      expect(await late).toEqual(['files/not-attachable', ['#/files/0']]);
      expect(await filesOf(test.tx, { purpose: REPORT, id: first })).toHaveLength(1);
    });

    it('can be taken back', async () => {
      const [one, two] = [await handIn(), await handIn()];
      const id = subject();
      await attach([one.id, two.id], id);
      await test.database.transaction(null, (tx) => test.app.get(Files).free(tx, { purpose: REPORT, id }, [two.id]));
      expect((await filesOf(test.tx, { purpose: REPORT, id })).map((file) => file.id)).toEqual([two.id]);
      const freed = (await app.get(`${PATH}/${one.id}`).expect(200)).body as StoredFileDto;
      expect([freed.subjectId, Date.parse(freed.keepUntil as never) > test.clock.now().getTime() + 23 * HOUR]).toEqual([
        null,
        true,
      ]);
      await attach([one.id], subject());
    });
  });

  describe('deleting', () => {
    const run = async (name: string, at: Date): Promise<void> => {
      const schedule = test.app.get(Handlers).schedules.find((one) => one.name === name)!;
      await test.database.transaction(null, (tx) => schedule.handle(tx, { at, date: at.toISOString().slice(0, 10) }));
    };
    const expired = (at: Date) => run('safety.files-expired', at);
    const orphaned = () => run('safety.files-orphaned', inHours(24 * 60));
    /** Contents have no row that says when they were put: their ids do, by the machine's clock. */
    const idAgo = (hours: number): string => v7({ msecs: Date.now() - hours * HOUR });
    const inHours = (hours: number): Date => new Date(test.clock.now().getTime() + hours * HOUR);

    it('comes when the time to keep is over: unused files after a day, used ones when their subject says', async () => {
      const [unused, brief, long] = [await handIn(), await handIn(), await handIn()];
      await attach([brief.id], subject(), app1, inHours(48));
      await attach([long.id], subject());
      await expired(inHours(23));
      expect(await rows()).toEqual([unused.id, brief.id, long.id]);
      await expired(inHours(25));
      await eventually(() => expect(stored()).toEqual([brief.id, long.id]));
      await expired(inHours(49));
      expect(await rows()).toEqual([long.id]);
      await eventually(() => expect(stored()).toEqual([long.id]));
      await download(app, brief.id).expect(404);
    });

    it('leaves contents alone when the rows stay after all', async () => {
      const { id } = await handIn();
      const failing = test.database.transaction(null, async (tx) => {
        await test.app.get(Files).deleteExpired(tx, 'safety', inHours(25), 10);
        throw new Error('the process dies here');
      });
      await expect(failing).rejects.toThrow('dies here');
      expect([await rows(), stored()]).toEqual([[id], [id]]);
    });

    it('finds contents that a crash left, and no younger, used or foreign ones', async () => {
      const used = await handIn();
      const [old, young] = [idAgo(25), idAgo(23)];
      await mkdir(folder, { recursive: true });
      for (const name of [old, young, 'notes.txt']) writeFileSync(join(folder, name), 'x');
      writeFileSync(join(dirname(folder), 'beside'), 'x');
      // However far the campus clock has run ahead: what was put today may be about to get its row.
      await orphaned();
      expect(stored()).toEqual([used.id, young, 'notes.txt'].sort());
      expect((await download(app, used.id).expect(200)).body).toEqual(PDF);
    });

    it('spares a content of which nobody knows whether its row is there, for a day', async () => {
      await test.query(sql`CREATE FUNCTION safety.lost() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '08006'; END $$`);
      await test.query(
        sql`CREATE CONSTRAINT TRIGGER lost AFTER INSERT ON safety.file DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION safety.lost()`,
      );
      await send(app, PDF, 'report.pdf').expect(503);
      await test.query(sql`DROP TRIGGER lost ON safety.file`);
      expect([await rows(), stored()]).toEqual([[], [expect.any(String)]]);
      await orphaned();
      expect(stored()).toHaveLength(1);
      renameSync(join(folder, stored()[0]!), join(folder, idAgo(25)));
      await orphaned();
      expect(stored()).toEqual([]);
    });

    it('is done by the campus clock', async () => {
      await handIn();
      const hours = async (n: number): Promise<void> => {
        test.clock.advance({ hours: n });
        await test.app.get(Schedules).tick();
        await drainEvents(test);
      };
      await hours(22);
      expect(await rows()).toHaveLength(1);
      await hours(4);
      await eventually(async () => expect([await rows(), stored()]).toEqual([[], []]));
      test.clock.reset();
    });
  });

  it('makes a storage that does not work known', async () => {
    const health = async () => (await supertest(test.url).get('/health/ready').expect(200)).body;
    expect((await health()).checks.files).toBeUndefined();
    const root = dirname(folder);
    rmSync(root, { recursive: true, force: true });
    writeFileSync(root, '');
    expect(await health()).toMatchObject({ status: 'degraded', checks: { files: { status: 'degraded' } } });
    rmSync(root);
  });

  it('belong to the service whose database role alone reads them', async () => {
    const { id } = await handIn();
    await expect(
      test.database.transaction(null, async (tx) => {
        await tx.query('SET LOCAL ROLE yizhan_affairs');
        await query(tx, sql`SELECT sealed_key FROM safety.file WHERE id = ${id}`);
      }),
    ).rejects.toThrow(/permission denied/);
  });
});
