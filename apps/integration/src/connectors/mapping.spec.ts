import { recognise } from './known-columns.js';
import { dateOf, mapCell, type Step } from './mapping.js';

describe('a cell of a school’s file', () => {
  const cell = (value: string, ...steps: Step[]) => mapCell({ field: 'college', steps }, value);

  it.each([
    ['2006-12-31', 'ymd', '2006-12-31'],
    ['2006年1月2日', 'ymd', '2006-01-02'],
    ['2006.1.2', 'ymd', '2006-01-02'],
    ['20061231', 'ymd', '2006-12-31'],
    ['2006-12-31 00:00:00.0', 'ymd', '2006-12-31'],
    ['2006-12-31T08:00', 'ymd', '2006-12-31'],
    ['31/12/2006', 'dmy', '2006-12-31'],
    ['31122006', 'dmy', '2006-12-31'],
    ['12/31/2006', 'mdy', '2006-12-31'],
    ['31/12/2006', 'mdy', undefined],
    ['2006-02-29', 'ymd', undefined],
    ['2008-02-29', 'ymd', '2008-02-29'],
    ['200612', 'ymd', undefined],
    ['2006-12-311', 'ymd', undefined],
  ] as const)('%s read as %s is %s', (text, order, date) => expect(dateOf(text, order)).toBe(date));

  it('goes through its steps in order; blank ones stay blank', () => {
    const steps: Step[] = [
      { do: 'part', separator: '/', part: -1 },
      { do: 'upper' },
      { do: 'lookup', values: [{ from: 'A1', to: '甲院' }] },
    ];
    expect(cell('x / a1', ...steps)).toEqual({ value: '甲院' });
    expect(cell('', ...steps)).toEqual({ value: '' });
    expect(cell('x', { do: 'part', separator: '/', part: 2 })).toMatchObject({ problem: { zh: '没有这一段' } });
  });

  it('that no table knows is an error, stays or becomes blank, as is said; names of an object’s own are no codes', () => {
    expect(cell('3', { do: 'lookup', set: 'gbt-2261.1' })).toMatchObject({ unmapped: true });
    expect(cell('constructor', { do: 'lookup', set: 'gbt-2261.1' })).toMatchObject({ unmapped: true });
    expect(cell('3', { do: 'lookup', set: 'gbt-2261.1', otherwise: 'keep' })).toEqual({ value: '3' });
    expect(cell('3', { do: 'lookup', set: 'gbt-2261.1', otherwise: 'blank' })).toEqual({ value: '' });
    const own: Step = { do: 'lookup', set: 'gbt-2261.1', values: [{ from: '1', to: '女' }] };
    expect([cell('1', own), cell('2', own)]).toEqual([{ value: '女' }, { value: '女' }]);
  });
});

describe('a 学号 in a school’s file', () => {
  it.each(['00990008.0', "'00990007", '\u200b00990008', '００９９０００３', '0099 0008', '9.90008E+10'])(
    '%j, as a spreadsheet or an input method leaves it, is an error and never another number',
    (value) => expect(mapCell({ field: 'number', steps: [] }, value)).toHaveProperty('problem'),
  );

  it('keeps its leading zeros', () =>
    expect(mapCell({ field: 'number', steps: [] }, '00990008')).toEqual({ value: '00990008' }));
});

describe('names of columns', () => {
  it.each([
    ['XH', 'number', undefined],
    ['学 号*', 'number', undefined],
    ['xbm', 'sex', true],
    ['院系（必填）', 'college', undefined],
    ['YXSH', 'college', true],
    ['现在年级', 'grade', undefined],
    ['政治面貌码', undefined, undefined],
  ])('%s is about %s', (name, field, code) =>
    expect(recognise(name)).toMatchObject({ ...(field && { field }), ...(code && { code }) }),
  );

  it('that are not known are nothing', () => expect(recognise('备用字段3')).toBeUndefined());
});
