import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { schemaOf } from '#contracts';
import { newId, sql } from '#database';
import { orBadZip, Zip } from '#exchange';
import { campus, campusToday, type Client, drainEvents, fireTimers, TestApp } from '#testing';
import { form, submit } from '../apps/affairs/test/support.js';
import { addDays } from '#time';
import { services } from '../apps/campus/src/services.js';
import { observe } from '../apps/early-warning/test/kit.js';

const EXPORTS = '/directory/v1/me/exports';
const HOUR = 3_600_000;

interface Copy {
  id: string;
  version: number;
  jobId: string;
  status: string;
  expiresAt: string;
}
interface Index {
  studentId: string;
  services: {
    service: string;
    given: { table: string; rows: number; file: string | null }[];
    withheld: { table: string; zh: string; en: string }[];
  }[];
}

/** Tables of the platform that name people, and what becomes of them in a copy. */
const PLATFORM = [
  'audit_entry', // who did what: shown to whom it concerns by the audit, kept by law
  'audit_unsealed',
  'idempotency_key', // answers that are kept for a retry, sealed, for two days
  'job', // states and counts of long work, for thirty days
  'own_export_part', // what a copy is made of
  'student_key', // what opens the sealed texts
];

describe('a copy of everything there is of oneself', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create(services);
    app = await test.client();
  });
  afterAll(() => test?.close());
  afterEach(() => test.clock.reset());

  const get = async (client: Client, id: string): Promise<Copy> =>
    (await client.get(`${EXPORTS}/${id}`).expect(200)).body as Copy;
  const fetched = (client: Client, id: string) => client.post(`${EXPORTS}/${id}/fetch`).responseType('blob');

  /** The files of a ZIP by name. */
  async function unpacked(zip: Buffer): Promise<Map<string, string>> {
    const folder = await mkdtemp(join(tmpdir(), 'own-export-'));
    try {
      const path = join(folder, 'own.zip');
      await writeFile(path, zip);
      const opened = await Zip.open(path, { entries: 1_000, bytes: 100_000_000 });
      const files = new Map<string, string>();
      for (const entry of opened.entries)
        files.set(entry.fileName, (await orBadZip(async () => buffer(await opened.stream(entry)))).toString());
      opened.close();
      return files;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  it('gives, or withholds for a reason, every table that names a student', async () => {
    const tables = await test.query<{ schema: string; name: string; partition: boolean }>(
      sql`SELECT DISTINCT c.table_schema AS schema, c.table_name AS name, p.relispartition AS partition
            FROM information_schema.columns c JOIN pg_class p ON p.oid = (quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass
           WHERE p.relkind IN ('r', 'p') AND (c.column_name ~ '(^|_)(student|person)(_id)?$' OR c.column_name = 'ordinal')
             AND c.table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`,
    );
    const decided = services.flatMap(({ name, ownData }) =>
      [...Object.keys(ownData?.given ?? {}), ...Object.keys(ownData?.withheld ?? {})].map(
        (table) => `${schemaOf(name)}.${table}`,
      ),
    );
    const known = new Set([...decided, ...PLATFORM.map((name) => `platform.${name}`)]);
    const names = tables.filter(({ partition }) => !partition).map(({ schema, name }) => `${schema}.${name}`);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    // Nothing is named that is not there.
    const there = await test.query<{ name: string }>(
      sql`SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')`,
    );
    const real = new Set(there.map(({ name }) => name));
    expect([...known].filter((name) => !real.has(name))).toEqual([]);
    expect(new Set(decided).size).toBe(decided.length);
  });

  it('is made by all services, sealed until it is fetched, and fetched once by the student alone', async () => {
    const student = await test.person(campus.students[0]!);
    const [reason, elsewhere] = [`reason-${newId()}`, `reason-${newId()}`];
    await submit(student, await form(test, 1, 0, { reason }));
    const other = await test.person(campus.students[1]!);
    await submit(other, await form(test, 1, 0, { reason: elsewhere }));
    const choice = { kind: 'risk', action: 'object', reason: '不想被评分' };
    await student.post('/early-warning/v1/me/processing', choice).expect(200);
    await observe(app, [[0, 'absent_class', addDays(campusToday(), -2), 2]]);
    await app.post('/early-warning/v1/runs', {}).expect(202);
    await drainEvents(test);
    await app.post(EXPORTS).expect(400);
    const counselor = await test.person(campus.staff.counselorCs);
    await counselor.post(EXPORTS).expect(403);
    const asked = (await student.post(EXPORTS).expect(202)).body as Copy;
    expect((await student.post(EXPORTS).expect(409)).body.code).toBe('directory/own-export-under-way');
    expect((await fetched(student, asked.id)).status).toBe(409);
    await drainEvents(test);
    const ready = await get(student, asked.id);
    expect(ready.status).toBe('ready');
    expect((await student.get(`/directory/v1/jobs/${asked.jobId}`).expect(200)).body).toMatchObject({
      status: 'succeeded',
      progress: { done: 7, total: 7 },
    });
    // At rest nobody reads it, and the parts are gone.
    const open = await test.query(
      sql`SELECT FROM directory.own_export_content WHERE position(${Buffer.from('PK')}::bytea IN content) = 1`,
    );
    expect(open).toEqual([]);
    expect(await test.query(sql`SELECT FROM platform.own_export_part`)).toEqual([]);
    await other.get(`${EXPORTS}/${asked.id}`).expect(404);
    expect((await fetched(other, asked.id)).status).toBe(404);
    const answer = await fetched(student, asked.id);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/zip']);
    const files = await unpacked(answer.body as Buffer);
    const index = JSON.parse(files.get('index.json')!) as Index;
    expect(index.studentId).toBe(campus.students[0]);
    expect(index.services.map(({ service }) => service).sort()).toEqual(services.map(({ name }) => name).sort());
    const leaves = JSON.parse(files.get('affairs/leave.json')!) as { reason: string; student_id: string }[];
    expect(leaves.map((leave) => [leave.reason, leave.student_id])).toEqual([[reason, campus.students[0]]]);
    expect(JSON.parse(files.get('early-warning/observation.json')!)).toMatchObject([
      { metric: 'absent_class', value: 2 },
    ]);
    expect(JSON.parse(files.get('early-warning/processing_choice.json')!)).toMatchObject([{ text: '不想被评分' }]);
    expect(JSON.parse(files.get('directory/person.json')!)).toMatchObject([{ id: campus.students[0] }]);
    expect(files.get('index.html')).toContain(reason);
    const all = [...files.values()].join('\n');
    expect(all).not.toContain(elsewhere);
    for (const id of [campus.students[1]!, ...Object.values(campus.staff)]) expect(all).not.toContain(id);
    const withheld = index.services.flatMap((one) => one.withheld.map(({ table }) => table));
    expect(withheld).toEqual(expect.arrayContaining(['referral', 'care_entry']));
    expect((await fetched(student, asked.id)).status).toBe(410);
    expect(await test.query(sql`SELECT FROM directory.own_export_content`)).toEqual([]);
    expect((await student.post(EXPORTS).expect(409)).body.code).toBe('directory/own-export-too-soon');
    expect((await student.get(EXPORTS).expect(200)).body.data).toMatchObject([{ id: asked.id, status: 'fetched' }]);
    const audited = await test.query(
      sql`SELECT FROM platform.audit WHERE action LIKE 'directory.own-export%' AND subject_id = ${campus.students[0]}`,
    );
    expect(audited).toHaveLength(2);
  });

  const jobOf = async (student: Client, { jobId }: Copy): Promise<object> =>
    (await student.get(`/directory/v1/jobs/${jobId}`).expect(200)).body as object;

  it('is deleted when it is not fetched in time, or discarded', async () => {
    const student = await test.person(campus.students[2]!);
    const asked = (await student.post(EXPORTS).expect(202)).body as Copy;
    await drainEvents(test);
    const ready = await get(student, asked.id);
    test.clock.set(new Date(Date.parse(ready.expiresAt) - HOUR));
    await fireTimers(test);
    expect((await get(student, asked.id)).status).toBe('ready');
    test.clock.advance({ hours: 2 });
    expect((await fetched(student, asked.id)).status).toBe(410);
    await fireTimers(test);
    expect((await get(student, asked.id)).status).toBe('expired');
    expect(await test.query(sql`SELECT FROM directory.own_export_content`)).toEqual([]);
    test.clock.advance({ hours: 24 });
    const again = (await student.post(EXPORTS).expect(202)).body as Copy;
    await student.post(`${EXPORTS}/${again.id}/discard`).set('If-Match', `"${again.version}"`).expect(200);
    await drainEvents(test);
    expect((await get(student, again.id)).status).toBe('discarded');
    expect(await jobOf(student, again)).toMatchObject({ status: 'cancelled' });
    expect(await test.query(sql`SELECT FROM directory.own_export_content`)).toEqual([]);
  });

  it('ends with its job, when that is cancelled, and can be asked for again at once', async () => {
    const student = await test.person(campus.students[4]!);
    // No service gives its part before the job is cancelled.
    const asked = await test.database.transaction(null, async (tx) => {
      await tx.query('LOCK TABLE platform.own_export_part IN SHARE MODE');
      const copy = (await student.post(EXPORTS).expect(202)).body as Copy;
      await student.post(`/directory/v1/jobs/${copy.jobId}/cancel`).expect(200);
      return copy;
    });
    await drainEvents(test);
    expect((await get(student, asked.id)).status).toBe('failed');
    expect(await jobOf(student, asked)).toMatchObject({ status: 'cancelled' });
    expect(await test.query(sql`SELECT FROM platform.own_export_part`)).toEqual([]);
    await student.post(EXPORTS).expect(202);
    await drainEvents(test);
  });

  it('that a service does not give its part to fails, and can be asked for again', async () => {
    const student = await test.person(campus.students[3]!);
    const asked = (await student.post(EXPORTS).expect(202)).body as Copy;
    await drainEvents(test);
    // As if one had not answered.
    await test.query(sql`UPDATE directory.own_export SET status = 'making' WHERE id = ${asked.id}`);
    test.clock.advance({ hours: 24 * 4 });
    await fireTimers(test);
    expect((await get(student, asked.id)).status).toBe('failed');
    await student.post(EXPORTS).expect(202);
  });
});
