import { readRows, resolveRows } from '../../src/observations/rows.js';

const row = { student: '1', metric: 'hours', day: '2026-11-20', value: 1 };
const read = (...rows: unknown[]) => readRows(rows, 'Asia/Shanghai');
const pointerOf = (one: unknown) => read(one).rejected[0]?.pointer;

describe('readRows', () => {
  it('gives an instant its day in the campus time zone', () => {
    const { sent } = read(
      { ...row, day: undefined, at: '2026-09-01T07:30:00+08:00' },
      { ...row, day: undefined, at: '2026-08-31T15:59:59Z' },
      { ...row, day: undefined, at: '2026-08-31T16:00:00Z' },
    );
    expect(sent.map((one) => one.day)).toEqual(['2026-09-01', '2026-08-31', '2026-09-01']);
  });

  it('takes days of the past', () => {
    expect(read({ ...row, day: '2014-02-28' }).sent[0]?.day).toBe('2014-02-28');
  });

  it('points at what is wrong, row by row, without repeating it', () => {
    expect(pointerOf(null)).toBe('#/observations/0');
    expect(pointerOf([])).toBe('#/observations/0');
    expect(pointerOf({ ...row, name: 'x' })).toBe('#/observations/0');
    expect(pointerOf({ ...row, student: 1 })).toBe('#/observations/0/student');
    expect(pointerOf({ ...row, metric: '' })).toBe('#/observations/0/metric');
    expect(pointerOf({ ...row, value: '1' })).toBe('#/observations/0/value');
    expect(pointerOf({ ...row, day: '2026-02-30' })).toBe('#/observations/0/day');
    expect(pointerOf({ ...row, at: '2026-11-20T08:00:00Z' })).toBe('#/observations/0');
    expect(pointerOf({ ...row, day: undefined })).toBe('#/observations/0');
    expect(pointerOf({ ...row, day: undefined, at: '2026-11-20T08:00:00' })).toBe('#/observations/0/at');
    expect(pointerOf({ ...row, day: undefined, at: '2026-11-20T25:00:00Z' })).toBe('#/observations/0/at');
    expect(pointerOf({ ...row, key: '' })).toBe('#/observations/0/key');
    const { sent, rejected } = read(row, { ...row, value: NaN }, row);
    expect([sent.map((one) => one.index), rejected.map((one) => one.pointer)]).toEqual([
      [0, 2],
      ['#/observations/1/value'],
    ]);
  });
});

describe('resolveRows', () => {
  const known = {
    source: 's',
    revision: 9,
    students: new Map([['1', 0]]),
    metrics: new Map([['hours', { number: 4, decimals: 1 }]]),
  };
  const resolve = (change: object) => resolveRows(read({ ...row, ...change }).sent, known);

  it('stores whole numbers of the smallest unit', () => {
    expect(resolve({ value: 1.1 }).raw).toMatchObject([{ metric: 4, ordinal: 0, value: 11, revision: 9, key: null }]);
    expect(resolve({ value: 0 }).raw).toMatchObject([{ value: 0 }]);
    for (const value of [-1, -0.1, 1.15, 3e8])
      expect(resolve({ value }).rejected).toMatchObject([{ code: 'bad_value' }]);
  });

  it('reports who and what is unknown', () => {
    expect(resolve({ student: '2' }).rejected).toMatchObject([
      { pointer: '#/observations/0/student', code: 'unknown_student' },
    ]);
    expect(resolve({ metric: 'x' }).rejected).toMatchObject([
      { pointer: '#/observations/0/metric', code: 'unknown_metric' },
    ]);
  });

  it('keeps keys of different sources apart', () => {
    const [a, b] = ['s', 't'].map(
      (source) => resolveRows(read({ ...row, key: 'k' }).sent, { ...known, source }).raw[0]?.key,
    );
    expect(a).toMatch(/^[0-9a-f]{32}$/);
    expect(a).not.toBe(b);
  });
});
