import { randomOf } from '../risk/model/random.js';
import { type Cell, safeCells } from './small-cells.js';

describe('counts of groups', () => {
  it('tell no small number, neither of those who did it nor of those who did not', () => {
    const cells = [
      { all: 40, some: 12 },
      { all: 30, some: 27 },
      { all: 4, some: 1 },
      { all: 25, some: 0 },
    ];
    expect(safeCells(cells, 10)).toEqual({
      cells: [
        { all: 40, some: 12 },
        { all: 30, some: null },
        { all: null, some: null },
        { all: null, some: null },
      ],
      total: { all: 99, some: 40 },
    });
  });

  it('hide the total where what is hidden is small, and everything where all is', () => {
    expect(safeCells([{ all: 3, some: 2 }], 10)).toEqual({
      cells: [{ all: null, some: null }],
      total: { all: null, some: null },
    });
    expect(
      safeCells(
        [
          { all: 50, some: 20 },
          { all: 0, some: 0 },
          { all: 5, some: 0 },
        ],
        10,
      ).cells[0],
    ).toEqual({ all: null, some: null });
  });

  it('leave nothing small to be had by subtraction, whatever the counts are', () => {
    const random = randomOf(7);
    const wrong: object[] = [];
    for (let round = 0; round < 2000; round++) {
      const k = 3 + Math.floor(random() * 10);
      const cells = Array.from({ length: 1 + Math.floor(random() * 6) }, (): Cell => {
        const all = Math.floor(random() * 30);
        return { all, some: Math.floor(random() * (all + 1)) };
      });
      const shown = safeCells(cells, k);
      const isSmall = (n: number | null): boolean => n !== null && n > 0 && n < k;
      const tellsOne = (['all', 'some'] as const).some((what) => {
        const hidden = cells.filter((_, i) => shown.cells[i]![what] === null);
        const rest = hidden.reduce((sum, cell) => sum + cell[what], 0);
        // One hidden cell would be told by the total.
        return shown.total[what] !== null && (hidden.length === 1 || isSmall(rest));
      });
      const tellsFew = [...shown.cells, shown.total].some(
        ({ all, some }) => isSmall(all) || isSmall(some) || (all !== null && some && all - some < k),
      );
      if (tellsOne || tellsFew) wrong.push({ k, cells, shown });
    }
    expect(wrong).toEqual([]);
  });
});
