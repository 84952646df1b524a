import ExcelJS from 'exceljs';
import iconv from 'iconv-lite';
import type supertest from 'supertest';
import { sql } from '#database';
import { campus, drainEvents, TestApp, type Client } from '#testing';
import { AppointmentImports } from '../src/imports/imports.service.js';
import { staffing } from '../src/staffing.module.js';

let test: TestApp;
let office: Client;
const HEADER = 'staff_number,kind,unit_kind,unit_code,full_time,from,to';

beforeAll(async () => {
  test = await TestApp.create([staffing]);
  office = await test.client();
});
afterAll(() => test?.close());

const send = (client: Client, content: string | Buffer): supertest.Test =>
  client.post('/staffing/v1/appointments/import').attach('file', Buffer.from(content), 'posts.csv');

interface Finished {
  status: string;
  result: object | null;
  errors: { line: string; column: string; en: string }[];
}

async function importing(content: string | Buffer, client = office): Promise<Finished> {
  const accepted = await send(client, content).expect(202);
  expect(accepted.headers.location).toBe(`/staffing/v1/jobs/${accepted.body.id}`);
  await drainEvents(test);
  const job = await client.get(accepted.headers.location as string).expect(200);
  const { status, result, errors } = job.body as { status: string; result: object | null; errors: string | null };
  const lines = errors ? (await client.get(errors).expect(200)).text.trim().split('\n').slice(1) : [];
  return {
    status,
    result,
    errors: lines.map((line) => {
      const [, at = '', column = '', , en = ''] = line.split(',');
      return { line: at, column, en };
    }),
  };
}

const count = async (): Promise<number> =>
  (await test.query<{ n: number }>(sql`SELECT count(*)::int AS n FROM staffing.appointment`))[0]?.n ?? -1;

it('imports rows, does nothing the second time, and takes what changed', async () => {
  const rows = [
    HEADER,
    'T0002,mentor,class,EN2401,,2026-09-01,',
    'T0004,mentor,academy,XJ,false,2026-09-01,2027-09-01',
  ];
  expect(await importing(rows.join('\n'))).toMatchObject({
    status: 'succeeded',
    result: { created: 2, changed: 0, unchanged: 0 },
  });
  expect(await importing(rows.join('\n'))).toMatchObject({ result: { created: 0, changed: 0, unchanged: 2 } });
  rows[1] = 'T0002,mentor,class,EN2401,,2026-09-01,2026-12-01';
  rows.push('T0002,mentor,class,EN2401,,2026-12-01,');
  expect(await importing(rows.join('\n'))).toMatchObject({ result: { created: 1, changed: 1, unchanged: 1 } });
  const stored = await test.query(
    sql`SELECT valid_from::text AS f, valid_to::text AS t, version FROM staffing.appointment
         WHERE person_id = ${campus.staff.counselorFl} AND kind = 'mentor' ORDER BY valid_from`,
  );
  expect(stored).toEqual([
    { f: '2026-09-01', t: '2026-12-01', version: 2 },
    { f: '2026-12-01', t: null, version: 1 },
  ]);
  const kept = await test.query(sql`SELECT 1 FROM staffing.appointment_import WHERE content IS NOT NULL`);
  expect(kept).toEqual([]);
});

it.each([
  ['UTF-8 with a BOM', (text: string) => Buffer.from(`\uFEFF${text}`)],
  ['GB18030', (text: string) => iconv.encode(text, 'gb18030')],
])('reads %s with Chinese labels, dates as Excel writes them and columns in any order', async (_, encode) => {
  const rows =
    'unit_code,staff_number,kind,unit_kind,full_time,from,to\r\nMD,T0008,学业导师,书院,兼职,2026/9/1,20270901\r\n';
  const done = await importing(encode(rows));
  expect(done).toMatchObject({ status: 'succeeded', errors: [] });
  const [row] = await test.query(
    sql`SELECT full_time, valid_from::text AS f, valid_to::text AS t FROM staffing.appointment
         WHERE person_id = ${campus.staff.classAdvisorSe2401} AND kind = 'mentor'`,
  );
  expect(row).toEqual({ full_time: false, f: '2026-09-01', t: '2027-09-01' });
});

it('writes nothing when a row is wrong, and says what is wrong with each', async () => {
  const before = await count();
  const done = await importing(
    [
      HEADER,
      'T0003,counselor,class,SE2401,true,2026-09-01,', // right
      'T9999,counselor,class,SE2401,true,2026-09-01,',
      'T0003,dean,class,SE2401,true,2026-09-01,',
      'T0003,counselor,class,NOPE,true,2026-09-01,',
      'T0003,building_head,class,SE2401,true,2026-09-01,',
      'T0003,counselor,class,SE2402,maybe,2026-02-30,',
      'T0003,counselor,class,SE2402,true,2026-09-01,2026-08-01',
      ',counselor,class,SE2402,true,2026-09-01,',
      'T0003,counselor,class,SE2401,true,2027-09-01,', // overlaps line 2
      'T0001,counselor,class,SE2401,true,2025-09-01,', // overlaps a stored one
      'T0003,counselor,class',
    ].join('\n'),
  );
  expect(done.status).toBe('failed');
  expect(done.errors.map(({ line, column }) => `${line} ${column}`).sort()).toEqual(
    [
      '3 staff_number',
      '4 kind',
      '5 unit_code',
      '6 unit_kind',
      '7 full_time',
      '7 from',
      '8 to',
      '9 staff_number',
      '10 from',
      '11 from',
      '12 ',
    ].sort(),
  );
  expect(await count()).toBe(before);
});

it('only compares when asked to, and understands Chinese headers', async () => {
  const rows = '工号,岗位,单位种类,单位代码,专职,起始日期,结束日期\nT0006,组织员,学院,FL,是,2026/9/1,\n';
  const before = await count();
  const accepted = await office
    .post('/staffing/v1/appointments/import?dryRun=true')
    .attach('file', Buffer.from(rows), 'posts.csv')
    .expect(202);
  await drainEvents(test);
  const job = await office.get(accepted.headers.location as string).expect(200);
  expect(job.body).toMatchObject({ status: 'succeeded', result: { created: 1, dryRun: true } });
  expect(await count()).toBe(before);
  expect(await importing(rows)).toMatchObject({ status: 'succeeded', result: { created: 1, dryRun: false } });
  expect(await count()).toBe(before + 1);
  await office
    .post('/staffing/v1/appointments/import?dryrun=true')
    .attach('file', Buffer.from(rows), 'p.csv')
    .expect(400);
});

it('hands out its errors as a file that a spreadsheet opens', async () => {
  const accepted = await send(office, `${HEADER},性别\n`).expect(202);
  await drainEvents(test);
  const errors = await office.get(`${accepted.headers.location}/errors`).expect(200);
  expect(errors.headers['content-disposition']).toBe('attachment; filename="errors.csv"');
  expect(errors.text.startsWith('\uFEFFfile,line,column,zh,en\n')).toBe(true);
  expect(errors.text).toContain('未知的列「性别」');
});

it.each([
  ['a missing column', 'staff_number,kind,unit_kind,unit_code,full_time,from\n', '1 to'],
  ['an unknown column', `${HEADER},wish\n`, '1 wish'],
  [
    'a repeated row',
    `${HEADER}\nT0005,mentor,class,SE2401,,2026-09-01,\nT0005,mentor,class,SE2401,,2026-09-01,\n`,
    '3 from',
  ],
  ['unbalanced quotes', `${HEADER}\n"T0005,mentor,class,SE2401,,2026-09-01,\n`, '2 '],
])('refuses %s', async (_, content, where) => {
  const done = await importing(content);
  expect(done.status).toBe('failed');
  expect(done.errors.map(({ line, column }) => `${line} ${column}`)).toContain(where);
});

/** A workbook as a spreadsheet saves it. */
async function workbook(rows: (string | number | boolean | Date)[][]): Promise<Buffer> {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('任职');
  for (const row of rows) sheet.addRow(row);
  return Buffer.from(await book.xlsx.writeBuffer());
}

it('reads a workbook like a CSV file, and gives it back with its errors until it is right', async () => {
  const day = new Date(Date.UTC(2026, 8, 1));
  const rows = [
    ['2026年秋季任职名单'],
    ['工号', '岗位', '单位种类', '单位代码', '是否专职', '开始日期', '结束日期'],
    ['T0004', '学业导师', '行政班', 'SE2402', true, day, ''],
    ['T0006', '学业导师', '行政班', 'NOPE', false, day, ''],
  ];
  const before = await count();
  const accepted = await send(office, await workbook(rows)).expect(202);
  await drainEvents(test);
  const job = await office.get(accepted.headers.location as string).expect(200);
  expect(job.body).toMatchObject({ status: 'failed', progress: { failed: 1 } });
  const sheet = job.body.errorSheet as string;
  const answer = await office.get(sheet).responseType('blob').expect(200);
  expect(answer.headers['content-disposition']).toBe('attachment; filename="errors.xlsx"');
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(answer.body as never);
  const cells = book.worksheets[0]!.getSheetValues().slice(1) as string[][];
  expect(cells.map((row) => row.slice(1).join('|'))).toEqual([
    '工号|岗位|单位种类|单位代码|是否专职|开始日期|结束日期|错误',
    'T0004|学业导师|行政班|SE2402|TRUE|2026-09-01',
    'T0006|学业导师|行政班|NOPE|FALSE|2026-09-01||单位代码：单位不存在、已停用或不在管理范围内',
  ]);
  const english = await office
    .get(`${sheet}?rows=refused`)
    .set('Accept-Language', 'en')
    .responseType('blob')
    .expect(200);
  await book.xlsx.load(english.body as never);
  expect(book.worksheets.at(-1)!.getRow(2).getCell(8).value).toBe('单位代码: No such active unit within your scope');
  expect(await count()).toBe(before);
  // Corrected in the sheet that came back.
  await book.xlsx.load(answer.body as never);
  book.worksheets.at(-1)!.getRow(3).getCell(4).value = 'SE2401';
  const done = await importing(Buffer.from(await book.xlsx.writeBuffer()));
  expect(done).toMatchObject({ status: 'succeeded', result: { created: 2 } });
});

it('keeps a file with errors for its sender alone, and as long as its job', async () => {
  const accepted = await send(office, `${HEADER}\nT0005,mentor,class,NOPE,,2026-09-01,\n`).expect(202);
  await drainEvents(test);
  const { body } = await office.get(accepted.headers.location as string).expect(200);
  const sheet = await office.get(body.errorSheet as string).expect(200);
  expect(sheet.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(sheet.text).toBe(
    `\uFEFF${HEADER},错误\nT0005,mentor,class,NOPE,,2026-09-01,,unit_code：单位不存在、已停用或不在管理范围内\n`,
  );
  const officer = await test.person(campus.staff.collegeOfficerCs);
  await officer.get(body.errorSheet as string).expect(404);
  const read = await test.query(
    sql`SELECT 1 FROM platform.audit WHERE action = 'staffing.appointment.import-errors' AND subject_id = ${body.id}`,
  );
  expect(read).toHaveLength(1);
  await test.app.get(AppointmentImports).deleteFilesBefore(test.tx, new Date(test.clock.now().getTime() + 60_000));
  await office.get(body.errorSheet as string).expect(404);
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
])('refuses %s at once', async (_, content) => {
  const answer = await send(office, content).expect(400);
  expect(answer.body).toMatchObject({ code: 'exchange/not-a-table', errors: [{ pointer: '#/file' }] });
});

it('names the row with undecodable bytes', async () => {
  const content = Buffer.concat([
    Buffer.from(`${HEADER}\nT0005,mentor,class,SE`),
    Buffer.from([0xff]),
    Buffer.from(',,2026-09-01,\n'),
  ]);
  const done = await importing(content);
  expect(done.errors[0]).toMatchObject({ line: '2', column: 'unit_code' });
});

it('appoints only within the requester’s units, and never the requester', async () => {
  const officer = await test.person(campus.staff.collegeOfficerCs);
  const foreign = await importing(`${HEADER}\nT0005,mentor,class,EN2401,,2026-09-01,\n`, officer);
  expect(foreign.errors).toMatchObject([{ line: '2', column: 'unit_code' }]);
  const own = await importing(`${HEADER}\nT0003,mentor,class,SE2401,,2026-09-01,\n`, officer);
  expect(own.errors).toMatchObject([{ line: '2', column: 'staff_number' }]);
  expect((await importing(`${HEADER}\nT0005,mentor,class,SE2402,,2026-09-01,\n`, officer)).status).toBe('succeeded');
});

it('answers a job only to whoever asked for it, and wants a form with a file', async () => {
  const accepted = await send(office, `${HEADER}\n`).expect(202);
  const officer = await test.person(campus.staff.collegeOfficerCs);
  await officer.get(accepted.headers.location as string).expect(404);
  await office.post('/staffing/v1/appointments/import', {}).expect(415);
  await drainEvents(test);
});

it('a delivery that comes twice changes nothing', async () => {
  expect(await importing(`${HEADER}\nT0001,mentor,class,SE2401,,2026-09-01,\n`)).toMatchObject({ status: 'succeeded' });
  const before = await count();
  await test.query(sql`UPDATE events.delivery SET handled_at = NULL, dispatched_at = NULL WHERE consumer = 'staffing'`);
  await drainEvents(test);
  expect(await count()).toBe(before);
});

it('ends as failed when it fails again and again, and leaves nothing behind', async () => {
  const before = await count();
  await test.query(sql`ALTER TABLE staffing.appointment ADD CONSTRAINT never CHECK (valid_from <> '2026-09-07')`);
  const { status, errors } = await importing(`${HEADER}\nT0001,mentor,class,EN2401,,2026-09-07,\n`);
  expect(status).toBe('failed');
  expect(errors).toMatchObject([{ en: expect.stringContaining('failed again and again') }]);
  expect(await count()).toBe(before);
  const last = sql`SELECT content FROM staffing.appointment_import ORDER BY id DESC LIMIT 1`;
  expect(await test.query(last)).toEqual([{ content: null }]);
});
