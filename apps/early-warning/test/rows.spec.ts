import iconv from 'iconv-lite';
import { dateOfDay, dayOf } from '#rule-language';
import { csvTable, readLines, readList, readTable } from '../src/observations/formats.js';
import { MAX_REJECTED, Rows } from '../src/observations/rows.js';

const row = { studentNumber: '1', metric: 'hours', day: '2026-11-20', value: 1 };
const known = {
  timeZone: 'Asia/Shanghai',
  today: dayOf('2026-11-30'),
  students: new Map([['1', 7]]),
  metrics: new Map([['hours', { number: 4, decimals: 1, retentionDays: 400 }]]),
};
const read = (...list: unknown[]) => {
  const rows = new Rows(known);
  readList(list, rows);
  return rows;
};
const inLines = (text: string | Buffer, how: (bytes: Buffer, rows: Rows) => void = readLines) => {
  const rows = new Rows(known, '#/');
  how(Buffer.from(text), rows);
  return rows;
};
const readCsv = (bytes: Buffer, rows: Rows, charset?: string) => readTable(csvTable(bytes, charset), rows);
const values = (rows: Rows) => [...rows.value.subarray(0, rows.n)];
const reasons = (rows: Rows) => rows.rejected.map(({ pointer, code }) => [pointer, code]);
const reason = (change: object) => reasons(read({ ...row, ...change }))[0];

describe('rows of a batch', () => {
  it('gives an instant its day in the campus time zone', () => {
    const rows = read(
      { ...row, day: undefined, at: '2026-09-01T07:30:00+08:00' },
      { ...row, day: undefined, at: '2026-08-31T15:59:59Z' },
      { ...row, day: undefined, at: '2026-08-31T16:00:00Z' },
      { ...row, day: null, at: '2026-08-31T16:00:00Z' },
      { ...row, at: null, day: '2026-02-28' },
    );
    expect([...rows.day.subarray(0, rows.n)].map(dateOfDay)).toEqual([
      ...['2026-09-01', '2026-08-31', '2026-09-01', '2026-09-01', '2026-02-28'],
    ]);
    const four = Date.UTC(2026, 7, 31, 16);
    expect([...rows.at.subarray(1, rows.n)]).toEqual([Date.UTC(2026, 7, 31, 15, 59, 59), four, four, NaN]);
  });

  it('points at what is wrong, row by row, without repeating it', () => {
    expect(reasons(read(null, [], 'text', 3))).toEqual([0, 1, 2, 3].map((i) => [`#/observations/${i}`, 'malformed']));
    expect(reason({ name: 'x' })).toEqual(['#/observations/0', 'malformed']);
    expect(reason({ studentNumber: 1 })).toEqual(['#/observations/0/studentNumber', 'malformed']);
    expect(reason({ metric: '' })).toEqual(['#/observations/0/metric', 'malformed']);
    expect(reason({ value: '1' })).toEqual(['#/observations/0/value', 'bad_value']);
    expect(reason({ value: undefined })).toEqual(['#/observations/0/value', 'bad_value']);
    expect(reason({ value: null })).toEqual(['#/observations/0/key', 'key_missing']);
    expect(reason({ day: '2026-02-30' })).toEqual(['#/observations/0/day', 'bad_time']);
    expect(reason({ day: '2126-02-03' })).toEqual(['#/observations/0/day', 'bad_time']);
    expect(reason({ day: null })).toEqual(['#/observations/0', 'bad_time']);
    expect(reason({ at: '2026-11-20T08:00:00Z' })).toEqual(['#/observations/0', 'bad_time']);
    expect(reason({ day: undefined })).toEqual(['#/observations/0', 'bad_time']);
    expect(reason({ day: undefined, at: '2026-11-20T08:00:00' })).toEqual(['#/observations/0/at', 'bad_time']);
    expect(reason({ day: undefined, at: '2026-11-20T25:00:00Z' })).toEqual(['#/observations/0/at', 'bad_time']);
    for (const key of ['', 3, 'a\0b', '\ud800', 'x'.repeat(101)])
      expect(reason({ key })).toEqual(['#/observations/0/key', 'malformed']);
    expect(reason({ metric: 'x' })).toEqual(['#/observations/0/metric', 'unknown_metric']);
    for (const studentNumber of ['a\0b', '\ud800'])
      expect(reason({ studentNumber })).toEqual(['#/observations/0/studentNumber', 'malformed']);
    expect(reason({ metric: 'a\0b' })).toEqual(['#/observations/0/metric', 'unknown_metric']);
    expect(reasons(read(undefined))).toEqual([['#/observations/0', 'malformed']]);
    const rows = read(row, { ...row, value: NaN }, row);
    expect([...rows.line.subarray(0, rows.n)]).toEqual([0, 2]);
    expect(reasons(rows)).toEqual([['#/observations/1/value', 'bad_value']]);
  });

  it('takes no days after tomorrow, nor days for which the metric is kept no longer', () => {
    const at = (instant: string) => ({ day: undefined, at: instant });
    const days = ['2026-12-01', dateOfDay(known.today - 400)];
    expect(read(...days.map((day) => ({ ...row, day }))).n).toBe(2);
    expect(read({ ...row, ...at('2026-12-02T00:00:00+09:00') }).n).toBe(1);
    for (const day of ['2026-12-02', '2126-02-03', '9999-12-31'])
      expect(reason({ day })).toEqual(['#/observations/0/day', 'bad_time']);
    expect(reason(at('2026-12-02T00:00:00+08:00'))).toEqual(['#/observations/0/at', 'bad_time']);
    expect(reason(at('9999-12-31T23:59:59-12:00'))).toEqual(['#/observations/0/at', 'bad_time']);
    for (const day of [dateOfDay(known.today - 401), '1969-12-31', '1900-01-01'])
      expect(reason({ day })).toEqual(['#/observations/0/day', 'day_expired']);
    expect(reason(at('1900-01-01T00:00:00+14:00'))).toEqual(['#/observations/0/at', 'day_expired']);
    expect(reason(at('2026/11/20 22:58:03+0800'))).toBeUndefined();
    expect(reason({ day: '2026/11/19' })).toBeUndefined();
  });

  it('stores whole numbers of the smallest unit', () => {
    expect(values(read({ ...row, value: 1.1 }, { ...row, value: 0 }))).toEqual([11, 0]);
    for (const value of [-1, -0.1, -0, 1.15, 3e8])
      expect(reason({ value })).toEqual(['#/observations/0/value', 'bad_value']);
    expect(values(read({ ...row, value: null, key: 'k' }))).toEqual([-1]);
  });

  it('takes students that were not remembered when it learns their lanes, and reports the others in order', () => {
    const rows = read({ ...row, studentNumber: '3' }, row, { ...row, studentNumber: '2', key: 'k' }, 'x', {
      ...row,
      studentNumber: '3',
    });
    expect([...rows.unknownStudents.keys()]).toEqual(['3', '2']);
    rows.resolve(new Map([['2', 9]]));
    expect([...rows.ordinal.subarray(0, rows.n)]).toEqual([7, 9]);
    expect(rows.keys).toEqual([undefined, 'k']);
    expect(reasons(rows)).toEqual([
      ['#/observations/0/studentNumber', 'unknown_student'],
      ['#/observations/3', 'malformed'],
      ['#/observations/4/studentNumber', 'unknown_student'],
    ]);
  });

  it('grows, and describes the first thousand of those left out', () => {
    const rows = read(...Array.from({ length: 5_000 }, (_, i) => (i % 2 ? row : null)));
    expect([rows.n, rows.rejectedCount, rows.rejected.length]).toEqual([2_500, 2_500, MAX_REJECTED]);
    expect(rows.line[2_499]).toBe(4_999);
  });

  it('leaves out days that are closed', () => {
    const rows = read(row, { ...row, day: '2026-11-21' });
    rows.refuseDays((day) => dateOfDay(day) === '2026-11-20');
    expect([rows.n, rows.line[0], reasons(rows)]).toEqual([1, 1, [['#/observations/0', 'day_closed']]]);
  });
});

describe('formats', () => {
  it('reads lines of JSON; a bad one stops nothing', () => {
    const line = JSON.stringify(row);
    const bytes = Buffer.concat([
      Buffer.from(`${line}\r\n\n{"studentNumber":\n`),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(`[]\n{"__proto__":{},${line.slice(1)}\n${line}`),
    ]);
    const rows = inLines(bytes);
    expect([...rows.line.subarray(0, rows.n)]).toEqual([0, 5]);
    expect(reasons(rows)).toEqual([1, 2, 3, 4].map((n) => [`#/${n}`, 'malformed']));
    expect(() => inLines('\n\n')).toThrow();
    expect(() => inLines('1\n'.repeat(100_001))).toThrow();
  });

  it('reads tables by the names of their columns', () => {
    const rows = inLines(
      '\ufeffvalue,studentNumber,metric,day,at,key\r\n1.5,1,hours,2026-11-20,,\r\n2,1,hours,,2026-11-20T08:00:00Z,"a,""b"""\r\n,1,hours,2026-11-20,,k\n',
      readCsv,
    );
    expect(values(rows)).toEqual([15, 20, -1]);
    expect(rows.keys).toEqual([undefined, 'a,"b"', 'k']);
    expect(rows.rejected).toEqual([]);
  });

  it('reads tables in GB 18030 and GBK, line by line where one is not', () => {
    const gb = (rows: string, bad: Buffer) =>
      Buffer.concat([Buffer.from('studentNumber,metric,day,value,key\n'), iconv.encode(rows, 'gb18030'), bad]);
    const good = '1,hours,2026-11-20,1,图书𠮷\n"1",hours,2026-11-20,2,"借,阅"\n';
    for (const charset of ['gb18030', 'gbk'])
      for (const bad of [
        Buffer.alloc(0),
        Buffer.from('1,hours,2026-11-20,3,\xff\n1,hours,2026-11-20,4,\n', 'latin1'),
      ]) {
        const rows = inLines(gb(good, bad), (bytes, into) => readCsv(bytes, into, charset));
        expect(values(rows)).toEqual([10, 20, ...(bad.length > 0 ? [40] : [])]);
        expect(rows.keys.slice(0, 2)).toEqual(['图书𠮷', '借,阅']);
        expect(reasons(rows)).toEqual(bad.length > 0 ? [['#/2', 'malformed']] : []);
        if (bad.length > 0) expect(rows.rejected[0]!.en).toContain('charset');
      }
    const undeclared = inLines(gb(good, Buffer.alloc(0)), readCsv);
    expect(undeclared.rejected.map(({ en }) => en)).toEqual(
      Array(2).fill('is not text in the charset that was declared (none: UTF-8)'),
    );
  });

  it('reports the bad lines of a table', () => {
    const rows = inLines(
      'studentNumber,metric,day,value\n1,hours,2026-11-20,1\n1,hours\n1,hours,2026-11-20,1e3\n1,"ho"urs,2026-11-20,1\n1,hours,2026-11-20,4\n1,"hours,2026-11-20,1\n1,hours,2026-11-20,5\n',
      readCsv,
    );
    expect(values(rows)).toEqual([10, 40, 50]);
    expect(reasons(rows)).toEqual([
      ['#/1', 'malformed'],
      ['#/2/value', 'bad_value'],
      ['#/3', 'malformed'],
      ['#/5', 'malformed'],
    ]);
    expect(rows.rejected.map(({ line }) => line)).toEqual([3, 4, 5, 7]);
    expect(rows.rejected[0]).toMatchObject({
      ...{ zh: '不是合法的 CSV 行，或列数与首行不同', en: 'is no line of CSV with as many cells as the first' },
    });
    for (const header of [
      'studentNumber,metric,day',
      'studentNumber,studentNumber,metric,value,day',
      'studentNumber,metric,value,name',
      '',
    ])
      expect(() => inLines(`${header}\n1,hours,1,1\n`, readCsv)).toThrow();
  });
});
