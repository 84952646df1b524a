import { CODE_SETS, wordIn } from './code-sets.js';
import { mapCell } from './mapping.js';
import { finishing, timeIn } from './observation-sheet.js';

describe('a time in a school’s file', () => {
  it.each([
    ['2026-11-20 08:30:00', '2026-11-20T08:30:00'],
    ['2026/11/20 8:30', '2026-11-20T08:30:00'],
    ['2026/1/2 8:30:05', '2026-01-02T08:30:05'],
    ['20261120083000', '2026-11-20T08:30:00'],
    ['2026-11-20T08:30:00+0800', '2026-11-20T08:30:00+08:00'],
    ['2026-11-20T00:30Z', '2026-11-20T00:30:00Z'],
    ['2026-11-20', undefined],
    ['08:30', undefined],
    ['2026-02-30 08:30:00', undefined],
    ['20261120250000', undefined],
  ])('%s is %s', (text, time) => expect(timeIn(text)).toBe(time));
});

describe('a row of a feed', () => {
  const row = (more: object) => ({ number: '1', metric: 'm', value: '1', ...more });

  it('is known by the sender’s key, else by its time or day, at most once', () => {
    const finish = finishing('Asia/Shanghai');
    const at = '2026-11-20 00:30:00';
    expect(finish(row({ at }))).toMatchObject({
      cells: { at: '2026-11-19T16:30:00.000Z', key: '2026-11-19T16:30:00.000Z' },
    });
    expect(finish(row({ at: '2026-11-20T00:30+08:00' }))).toMatchObject({ field: 'key' });
    expect(finish(row({ at, key: 'k' }))).toMatchObject({ cells: { key: 'k' } });
    expect(finish(row({ day: '2026/11/20', key: 'k' }))).toMatchObject({ field: 'key' });
    expect(finish(row({ day: '20261120' }))).toMatchObject({ cells: { day: '2026-11-20', key: '2026-11-20' } });
    expect(finish(row({ day: '20261120', number: '2' }))).toHaveProperty('cells');
    expect(finish(row({}))).toMatchObject({ field: 'day' });
    expect(finish(row({ at, day: '20261120' }))).toMatchObject({ field: 'day' });
  });
});

describe('a number times another', () => {
  const times = (value: string, by = 100) =>
    mapCell({ field: 'value', steps: [{ do: 'times', by }] }, value, 'observations');

  it.each([
    ['12.50', '1250'],
    ['0.29', '29'],
    ['1.005', '100.5'],
    ['0', '0'],
    ['0.00', '0'],
    ['', ''],
  ])('%s × 100 is %s', (text, value) => expect(times(text)).toEqual({ value }));
  it('is none where there is none', () => expect(times('-3')).toHaveProperty('problem'));
});

describe('national code sets', () => {
  it('have the 56 nationalities and the 13 political statuses', () => {
    const { words } = CODE_SETS['gbt-3304'];
    expect(new Set(Object.values(words)).size).toBe(56);
    expect([words['01'], words['05'], words['31'], words['56']]).toEqual(['汉族', '维吾尔族', '达斡尔族', '基诺族']);
    expect(Object.keys(CODE_SETS['gbt-4762'].words)).toHaveLength(13);
  });

  it('take a word of theirs for itself, and nothing that they do not have', () => {
    expect([wordIn('gbt-4762', '03'), wordIn('gbt-4762', '共青团员'), wordIn('gbt-4762', '入党积极分子')]).toEqual([
      '共青团员',
      '共青团员',
      undefined,
    ]);
    expect([wordIn('gbt-3304', '97'), wordIn('gbt-2261.1', '男'), wordIn('gbt-2261.1', 'toString')]).toEqual([
      undefined,
      '男',
      undefined,
    ]);
  });
});
