import type { ClearanceEntry } from './clearance-list.entity.js';
import { findingsOf } from './list-check.js';

const entry = (code: string, after: string[] = [], more: Partial<ClearanceEntry> = {}): ClearanceEntry => ({
  ...{ code, after, title: { zh: code, en: code }, unitId: null, blocking: true },
  ...{ evidence: 'none', automatic: false, deferrable: false },
  ...more,
});
const pointers = (entries: ClearanceEntry[], to = '2026-09-02') =>
  findingsOf({
    ...{
      kind: 'arrival',
      title: { zh: '报到', en: 'arrival' },
      from: '2026-09-01',
      to,
      unitIds: [],
      grades: [],
      entries,
    },
  }).map(({ pointer }) => pointer);

describe('the check of a clearance list', () => {
  it('finds nothing where the order is one', () => {
    expect(pointers([entry('a'), entry('b', ['a']), entry('c', ['a', 'b'])])).toEqual([]);
  });

  it('finds codes twice, unknown codes, and circles of any length', () => {
    expect(pointers([entry('a'), entry('a')])).toEqual(['#/entries/1/code']);
    expect(pointers([entry('a', ['x'])])).toEqual(['#/entries/0/after/0']);
    expect(pointers([entry('a', ['a'])])).toEqual(['#/entries/0/after/0']);
    expect(pointers([entry('a', ['c']), entry('b', ['a']), entry('c', ['b']), entry('d', ['a'])])).toEqual([
      ...['#/entries/0/after/0', '#/entries/1/after/0', '#/entries/2/after/0'],
    ]);
  });

  it('wants a blocking entry, and a last day that is not before the first', () => {
    expect(pointers([entry('a', [], { blocking: false })])).toEqual(['#/entries']);
    expect(pointers([entry('a')], '2026-08-31')).toEqual(['#/to']);
  });
});
