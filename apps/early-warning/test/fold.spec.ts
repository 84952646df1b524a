import fc from 'fast-check';
import { BLOCK, blocksOf, fold } from '../src/engine/fold.js';

const of = (kind: Parameters<typeof fold>[0], ...entries: [number, number][]) => {
  const folded = fold(kind, Int32Array.from(entries.map(([o]) => o)), Int32Array.from(entries.map(([, v]) => v)));
  return folded && { first: folded.first, values: [...folded.values], n: folded.n };
};

describe('fold', () => {
  it('makes one value per student of a day', () => {
    const entries: [number, number][] = [
      [7, 5],
      [5, 2],
      [7, 3],
      [7, 4],
    ];
    expect(of('sum', ...entries)).toEqual({ first: 5, values: [2, -1, 12], n: 2 });
    expect(of('max', ...entries)).toEqual({ first: 5, values: [2, -1, 5], n: 2 });
    expect(of('min', ...entries)).toEqual({ first: 5, values: [2, -1, 3], n: 2 });
    expect(of('last', ...entries)).toEqual({ first: 5, values: [2, -1, 4], n: 2 });
    expect(of('count', ...entries)).toEqual({ first: 5, values: [1, -1, 3], n: 2 });
  });

  it('tells a real zero from no data, and nothing from an empty day', () => {
    expect(of('sum', [3, 0])).toEqual({ first: 3, values: [0], n: 1 });
    expect(of('sum')).toBeUndefined();
  });

  it('stops sums at what a vector can hold', () => {
    expect(of('sum', [0, 2_000_000_000], [0, 2_000_000_000])).toEqual({ first: 0, values: [2_147_483_647], n: 1 });
  });

  it('cuts vectors at the borders of blocks without losing a student', () => {
    expect(blocksOf({ first: BLOCK - 1, values: Int32Array.of(4, -1, 6), n: 2 })).toEqual([
      { block: 0, first: BLOCK - 1, values: Int32Array.of(4), n: 1 },
      { block: 1, first: BLOCK + 1, values: Int32Array.of(6), n: 1 },
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.record({ ordinal: fc.nat(3 * BLOCK), value: fc.nat(9) }), { minLength: 1, maxLength: 8 }),
        (rows) => {
          const vector = fold(
            'sum',
            Int32Array.from(rows.map((r) => r.ordinal)),
            Int32Array.from(rows.map((r) => r.value)),
          )!;
          const back = new Map<number, number>();
          for (const { block, first, values } of blocksOf(vector)) {
            expect([Math.floor(first / BLOCK), Math.floor((first + values.length - 1) / BLOCK)]).toEqual([
              block,
              block,
            ]);
            for (let i = 0; i < values.length; i++) if (values[i]! >= 0) back.set(first + i, values[i]!);
          }
          const sums = new Map<number, number>();
          for (const { ordinal, value } of rows) sums.set(ordinal, (sums.get(ordinal) ?? 0) + value);
          expect(back).toEqual(sums);
        },
      ),
      { numRuns: 30 },
    );
  });
});
