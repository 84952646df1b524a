import ExcelJS from 'exceljs';
import iconv from 'iconv-lite';
import type { Actor } from '#auth';
import { PassesRecordedV1, PassFact } from '#contracts';
import { newId, sql } from '#database';
import { XLSX_TYPE } from '#exchange';
import { MissingPermission } from '#auth';
import { campus, type Client, studentNumbers, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { Observations } from '../src/observations/observations.service.js';
import { daysAgo, holdSchedules, tell } from './kit.js';
import { valuesOf } from './vectors.js';

const BATCHES = '/early-warning/v1/observations/batches';

describe('a bad observation stops no batch', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    app = await test.client();
  });
  afterAll(() => test.close());

  const DAY = daysAgo(3);
  const row = (student: number, more: object = {}) => ({
    ...{ studentNumber: studentNumbers[student], metric: 'book_loans', day: DAY, value: 1, ...more },
  });
  const deliver = (batchKey: string, type: string, body: string | Buffer) =>
    app
      .post(`${BATCHES}?source=test&batchKey=${batchKey}`)
      .set({ 'Content-Type': type })
      .serialize((sent: unknown) => sent as string)
      .send(Buffer.from(body));
  /** A JSON batch, its rows as text. */
  const list = (batchKey: string, ...rows: string[]) =>
    app
      .post(BATCHES)
      .set({ 'Content-Type': 'application/json' })
      .serialize((sent: unknown) => sent as string)
      .send(Buffer.from(`{"source":"test","batchKey":"${batchKey}","observations":[${rows.join(',')}]}`));
  const reasons = (body: { rejected: { pointer: string; code: string }[] }) =>
    body.rejected.map(({ pointer, code }) => [pointer, code]);

  it('in lines of JSON and of tables: a student that no database can hold', async () => {
    const lines = [row(0), row(0, { studentNumber: 'a\0b' }), row(0, { studentNumber: '\ud800' }), row(1)];
    const body = lines.map((one) => `${JSON.stringify(one)}\n`).join('');
    const json = await deliver('nul', 'application/x-ndjson', body).expect(200);
    expect(json.body).toMatchObject({ accepted: 2, rejectedCount: 2 });
    expect(reasons(json.body)).toEqual([
      ['#/1/studentNumber', 'malformed'],
      ['#/2/studentNumber', 'malformed'],
    ]);
    const table = `studentNumber,metric,day,value\na\0b,awards,${DAY},1\n${studentNumbers[2]},awards,${DAY},1\n`;
    const csv = await deliver('nul-csv', 'text/csv', table).expect(200);
    expect([csv.body.accepted, reasons(csv.body)]).toEqual([1, [['#/0/studentNumber', 'malformed']]]);
    expect(await valuesOf(test, 'book_loans', DAY)).toEqual({ '2024000001': 1, '2024000002': 1 });
  });

  it('in a list: text, keys twice, depth; and nothing given twice for null', async () => {
    const good = JSON.stringify(row(3));
    const flawed = good.replace('{', '{"value":9,');
    const deep = `{"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const { body } = await list(
      'flaws',
      ...[good, good.replace('"2024', '"\\u00002024'), good.replace('"2024', '"\\ud8002024'), flawed, deep],
      ...[`{"__proto__":1,${good.slice(1)}`, JSON.stringify(row(3, { at: null, key: 'a\ud800' })), '[[1,2],{"a":[3]}]'],
      JSON.stringify(row(3, { day: null, at: `${DAY}T08:00:00+08:00` })),
    ).expect(200);
    expect([body.accepted, body.rejectedCount]).toEqual([2, 7]);
    expect(reasons(body)).toEqual([
      ['#/observations/1/studentNumber', 'malformed'],
      ['#/observations/2/studentNumber', 'malformed'],
      ['#/observations/3', 'malformed'],
      ['#/observations/4', 'malformed'],
      ['#/observations/5', 'malformed'],
      ['#/observations/6/key', 'malformed'],
      ['#/observations/7', 'malformed'],
    ]);
    expect(body.rejected[2]).toMatchObject({ zh: '含有重复或不允许的键，或嵌套过深' });
  });

  it('but what names the batch is as strict as ever', async () => {
    const body = (more: string) => `{"source":"test","batchKey":"x"${more},"observations":[${JSON.stringify(row(0))}]}`;
    const send = (text: string) => deliver('', 'application/json', text);
    for (const more of [
      ',"batchKey":"y"',
      ',"__proto__":1',
      `,"x":${'['.repeat(40)}${']'.repeat(40)}`,
      ',"x":"\\u0000"',
    ])
      expect((await app.post(BATCHES).type('json').send(body(more))).status).toBe(400);
    expect((await send(body(''))).status).toBe(400);
    expect(
      (await app.post(BATCHES).type('json').send('{"source":"x","batchKey":"x","observations":{"a":1,"a":1}}')).status,
    ).toBe(400);
    expect((await app.post(BATCHES).type('json').send('null')).status).toBe(400);
  });

  it('whatever the clock of its device says', async () => {
    const [expired, kept] = [daysAgo(401), daysAgo(400)];
    const at = (instant: string) => row(4, { day: undefined, at: instant });
    const { body } = await app
      .post(BATCHES, {
        ...{ source: 'test', batchKey: 'clock' },
        observations: [
          ...[row(4, { day: daysAgo(-1) }), row(4, { day: daysAgo(-2) }), row(4, { day: '2091-05-05' })],
          ...[at(`${daysAgo(-2)}T00:00:00+08:00`), row(4, { day: kept }), row(4, { day: expired })],
          ...[row(4, { day: expired, metric: 'class_attend' }), at('1990-01-01T00:00:00Z')],
        ],
      })
      .expect(200);
    expect(body.accepted).toBe(3);
    expect(reasons(body)).toEqual([
      ['#/observations/1/day', 'bad_time'],
      ['#/observations/2/day', 'bad_time'],
      ['#/observations/3/at', 'bad_time'],
      ['#/observations/5/day', 'day_expired'],
      ['#/observations/7/at', 'day_expired'],
    ]);
    expect(body.rejected[0]).toMatchObject({ zh: '不能晚于明天', en: 'must not be after tomorrow' });
    expect(body.rejected[3]).toMatchObject({ zh: '早于该指标的保存期', en: 'is longer ago than its metric is kept' });
  });

  it('nor makes room in the log, however many months a batch is about', async () => {
    const months = () =>
      test.query(sql`SELECT 1 FROM pg_inherits WHERE inhparent = 'early_warning.observation'::regclass`);
    const before = (await months()).length;
    const far = Array.from({ length: 1_320 }, (_, i) =>
      row(5, { day: new Date(Date.UTC(1990, i, 5)).toISOString().slice(0, 10) }),
    );
    const { body } = await app.post(BATCHES, { source: 'test', batchKey: 'far', observations: far }).expect(200);
    expect(body.accepted).toBeLessThan(15);
    expect((await months()).length - before).toBeLessThan(15);
  });

  it('nor does an event of a gate whose clock is wrong', async () => {
    const fact = (at: string) =>
      Object.assign(new PassFact(), {
        ...{ passId: newId(), studentId: campus.students[6], buildingId: campus.places.building1, direction: 'in', at },
      });
    await tell(test, [new PassesRecordedV1([fact('2099-01-01T00:00:00Z'), fact(`${DAY}T04:00:00Z`)])]);
    expect(await valuesOf(test, 'gate_passes', DAY)).toEqual({ '2024000007': 1 });
    expect(await test.query(sql`SELECT 1 FROM early_warning.keyed_observation WHERE day > ${daysAgo(-1)}`)).toEqual([]);
  });

  it('takes tables in the charset that they declare', async () => {
    const table = `studentNumber,metric,day,value,key\n${studentNumbers[7]},sport_min,${DAY},30,体育馆\n`;
    for (const charset of ['gb18030', 'GBK', '"gb18030"']) {
      const body = Buffer.concat([
        iconv.encode(table, 'gb18030'),
        Buffer.from(`x,sport_min,${DAY},1,\xff\n`, 'latin1'),
      ]);
      const answer = await deliver(`gb-${charset.length}`, `text/csv; charset=${charset}`, body).expect(200);
      expect([answer.body.accepted, reasons(answer.body)]).toEqual([1, [['#/1', 'malformed']]]);
    }
    const keys = sql`SELECT DISTINCT key FROM early_warning.keyed_observation WHERE key ~ '[^ -~]'`;
    expect(await test.query(keys)).toEqual([{ key: '体育馆' }]);
    const undeclared = await deliver('gb-none', 'text/csv', iconv.encode(table, 'gb18030')).expect(422);
    expect(undeclared.body.errors[0].detail).toBe('不是所声明编码（默认 UTF-8）的文本');
    const short = await deliver('short', 'text/csv; charset=utf8', `${table}1,2\n`).expect(200);
    expect(short.body.rejected).toEqual([
      ...[
        {
          pointer: '#/1',
          line: 3,
          code: 'malformed',
          zh: '不是合法的 CSV 行，或列数与首行不同',
          en: expect.any(String),
        },
      ],
    ]);
    await deliver('latin', 'text/csv; charset=iso-8859-1', table).expect(415);
    await deliver('latin', 'application/x-ndjson; charset=gb18030', '{}').expect(415);
  });

  it('takes the first sheet of a workbook, its cells as a person sees them', async () => {
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('运动');
    sheet.addRow(['运动打卡']);
    sheet.addRow(['学 号', '指标', '日期', '数值', '键']);
    sheet.addRow([Number(studentNumbers[8]), 'sport_min', new Date(`${DAY}T00:00:00Z`), 30.5, 'a-1']);
    sheet.addRow([studentNumbers[8], 'sport_min', DAY, '40', 'a-2']);
    sheet.addRow([542401199001011234, 'sport_min', DAY, 1, 'a-3']);
    sheet.addRow([studentNumbers[8], 'sport_min', DAY, { error: '#N/A' }, 'a-4']);
    const bytes = Buffer.from(await book.xlsx.writeBuffer());
    const answer = await deliver('book', XLSX_TYPE, bytes).expect(200);
    expect(answer.body.rejected).toMatchObject([
      { pointer: '#/0/value', line: 3, code: 'bad_value' },
      { pointer: '#/2/studentNumber', line: 5, code: 'unknown_student' },
      { pointer: '#/3/value', line: 6, code: 'bad_value' },
    ]);
    expect(answer.body.accepted).toBe(1);
    const again = await deliver('book', XLSX_TYPE, bytes).expect(200);
    expect(again.body).toMatchObject({ duplicateBatch: true });
    const broken = await deliver('broken', XLSX_TYPE, 'PK\u0003\u0004').expect(400);
    expect(broken.body.errors[0]).toMatchObject({ pointer: '#' });
    sheet.getRow(2).getCell(5).value = '性别';
    const unknown = await deliver('unknown', XLSX_TYPE, Buffer.from(await book.xlsx.writeBuffer())).expect(400);
    expect(unknown.body.errors[0].detail).toContain('未知的列「性别」');
  });

  it('takes batches of those only who answer for the school', () => {
    const actor = { scopeOf: () => ({ school: false, unitIds: [campus.school] }) } as unknown as Actor;
    const content = { type: 'application/x-ndjson', charset: 'utf-8', bytes: Buffer.from(JSON.stringify(row(0))) };
    const ingest = () => test.app.get(Observations).ingest(actor, content, { source: 'test', batchKey: 'college' });
    expect(ingest).toThrow(MissingPermission);
  });
});
