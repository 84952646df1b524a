import fc from 'fast-check';
import { grouped } from './grouped.js';

interface Row {
  n: number;
  aggregateId: string | null;
  kind: 'alone' | 'leaves' | 'told';
}

const takers: Record<Row['kind'], object | undefined> = { alone: undefined, leaves: {}, told: {} };
const groupsOf = (rows: readonly Row[]): Row[][] => grouped(rows, ({ kind }) => takers[kind]);

describe('grouped', () => {
  it('takes together what one handler takes, past others of other aggregates', () => {
    const rows: Row[] = [
      { n: 1, aggregateId: 'a', kind: 'leaves' },
      { n: 2, aggregateId: 'b', kind: 'alone' },
      { n: 3, aggregateId: 'c', kind: 'leaves' },
      { n: 4, aggregateId: null, kind: 'leaves' },
      { n: 5, aggregateId: 'b', kind: 'leaves' },
      { n: 6, aggregateId: 'a', kind: 'leaves' },
      { n: 7, aggregateId: 'd', kind: 'told' },
    ];
    expect(groupsOf(rows).map((group) => group.map(({ n }) => n))).toEqual([[1, 3, 4], [2], [5, 6], [7]]);
  });

  it('keeps the order of every aggregate, loses none, and mixes no handlers', () => {
    const row = fc.record({
      aggregateId: fc.constantFrom(null, 'a', 'b', 'c'),
      kind: fc.constantFrom<Row['kind']>('alone', 'leaves', 'told'),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (made) => {
        const rows = made.map((one, n): Row => ({ n, ...one }));
        const groups = groupsOf(rows);
        const flat = groups.flat();
        expect(flat.map(({ n }) => n).sort((x, y) => x - y)).toEqual(rows.map(({ n }) => n));
        for (const id of ['a', 'b', 'c']) {
          const order = flat.filter(({ aggregateId }) => aggregateId === id).map(({ n }) => n);
          expect(order).toEqual([...order].sort((x, y) => x - y));
        }
        const alone = flat.filter(({ kind }) => kind === 'alone').map(({ n }) => n);
        expect(alone).toEqual([...alone].sort((x, y) => x - y));
        for (const group of groups) {
          const ids = group.map(({ aggregateId }) => aggregateId).filter((id) => id !== null);
          expect(new Set(ids).size).toBe(ids.length);
          expect(new Set(group.map(({ kind }) => kind)).size).toBe(1);
          if (group[0]!.kind === 'alone') expect(group).toHaveLength(1);
        }
      }),
      { numRuns: 500 },
    );
  });
});
