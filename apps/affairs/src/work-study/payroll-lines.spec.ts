import fc from 'fast-check';
import { amountOf, type Due, type Line, linesFor } from './payroll-lines.js';

const due = (studentId: string, minutes: number): Due => ({ studentId, postId: 'p', hourlyFen: 1250, minutes });

describe('rows of a payroll', () => {
  it('pay what is due, and say nothing of what is paid', () => {
    expect(linesFor([due('a', 90), due('b', 0)], [])).toEqual([{ ...due('a', 90), amountFen: 1875, reverses: null }]);
    expect(linesFor([due('a', 90)], [{ ...due('a', 90), id: '1' }])).toEqual([]);
  });

  it('reverse what was paid otherwise, and write it anew', () => {
    expect(
      linesFor(
        [due('a', 60)],
        [
          { ...due('a', 90), id: '1' },
          { ...due('b', 30), id: '2' },
        ],
      ),
    ).toEqual([
      { ...due('a', -90), amountFen: -1875, reverses: '1' },
      { ...due('a', 60), amountFen: 1250, reverses: null },
      { ...due('b', -30), amountFen: -625, reverses: '2' },
    ]);
  });

  it('come to what is due, whatever was corrected how often', () => {
    const month = fc.uniqueArray(
      fc.record({
        studentId: fc.constantFrom('a', 'b', 'c'),
        postId: fc.constantFrom('p', 'q'),
        hourlyFen: fc.constantFrom(1201, 1833),
        minutes: fc.integer({ min: 0, max: 2400 }),
      }),
      { selector: ({ studentId, postId, hourlyFen }) => `${studentId}${postId}${hourlyFen}` },
    );
    fc.assert(
      fc.property(fc.array(month, { maxLength: 5 }), (runs) => {
        const closed: (Line & { id: string })[] = [];
        for (const [run, due] of runs.entries()) {
          const reversed = new Set(closed.map(({ reverses }) => reverses));
          const standing = closed.filter(({ id, reverses }) => reverses === null && !reversed.has(id));
          closed.push(...linesFor(due, standing).map((line, i) => ({ ...line, id: `${run} ${i}` })));
          const paid = closed.reduce((sum, { amountFen }) => sum + amountFen, 0);
          expect(paid).toBe(due.reduce((sum, one) => sum + amountOf(one), 0));
        }
      }),
    );
  });
});
