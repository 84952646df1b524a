import fc from 'fast-check';
import { type Entry, transcriptOf } from './transcript.js';

const rules = {
  categories: [
    { code: 'thought', maxCredits: 1 },
    { code: 'culture', maxCredits: 0.5 },
  ],
  categoryOf: new Map([
    ['lecture', 'thought'],
    ['reading', 'thought'],
    ['event', 'culture'],
    ['meeting', null],
  ]),
};
const KINDS = ['lecture', 'reading', 'event', 'meeting', 'gone'];
const entry = (id: string, kind: string, credits: number, workId = id, date = '2027-03-01'): Entry => ({
  ...{ id, source: 'activity', kind, credits, workId, date },
});
/** A work is of one kind: so its id says which. */
const entries = fc.uniqueArray(
  fc.record({
    id: fc.uuid(),
    source: fc.constantFrom('activity' as const, 'claim' as const),
    work: fc.tuple(fc.constantFrom(...KINDS), fc.integer({ min: 0, max: 4 })),
    credits: fc.integer({ min: 0, max: 150 }).map((n) => n / 100),
    date: fc.constantFrom('2027-03-01', '2027-03-02', '2027-09-01'),
  }),
  { selector: ({ id }) => id, maxLength: 20 },
);
type Made = typeof entries extends fc.Arbitrary<(infer T)[]> ? T : never;
const made = ({ work: [kind, n], ...rest }: Made): Entry => ({ ...rest, kind, workId: `${kind} ${n}` });

describe('the transcript', () => {
  it('counts of the same work the highest, of a category its cap, and says why not the rest', () => {
    const {
      entries: judged,
      categories,
      total,
    } = transcriptOf(
      [
        entry('c', 'lecture', 0.6, 'contest', '2027-03-02'),
        entry('a', 'lecture', 0.3, 'contest', '2027-03-01'),
        entry('b', 'reading', 0.7, 'b', '2027-03-03'),
        entry('d', 'event', 0.2),
        entry('e', 'meeting', 5),
      ],
      rules,
    );
    expect(judged.map(({ id, counted, reason }) => [id, counted, reason])).toEqual([
      ['a', 0, 'same_work'],
      ['d', 0.2, null],
      ['e', 0, 'no_category'],
      ['c', 0.6, null],
      ['b', 0.4, 'category_full'],
    ]);
    expect(categories).toEqual([
      { code: 'thought', credits: 1.3, counted: 1, maxCredits: 1 },
      { code: 'culture', credits: 0.2, counted: 0.2, maxCredits: 0.5 },
    ]);
    expect(total).toBe(1.2);
  });

  it('adds decimals as people do', () => {
    expect(transcriptOf([entry('a', 'lecture', 0.1), entry('b', 'lecture', 0.2)], rules).total).toBe(0.3);
  });

  it('never counts more of a category than its cap, nor more of an entry than it is worth, nor a work twice', () => {
    fc.assert(
      fc.property(entries, (given) => {
        const { entries: judged, categories, total } = transcriptOf(given.map(made), rules);
        for (const { counted, maxCredits } of categories) expect(counted).toBeLessThanOrEqual(maxCredits);
        for (const { counted, credits } of judged) expect(counted >= 0 && counted <= credits).toBe(true);
        const works = judged.filter(({ counted }) => counted > 0).map(({ workId }) => workId);
        expect(new Set(works).size).toBe(works.length);
        expect(total).toBeCloseTo(
          judged.reduce((sum, { counted }) => sum + counted, 0),
          6,
        );
      }),
    );
  });

  it('is the same whatever the order of its entries', () => {
    const shuffled = entries.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length })),
    );
    fc.assert(
      fc.property(shuffled, ([given, again]) => {
        expect(transcriptOf(again.map(made), rules)).toEqual(transcriptOf(given.map(made), rules));
      }),
    );
  });

  it('is never lowered by a further entry, nor by an entry that is worth more', () => {
    fc.assert(
      fc.property(entries, (given) => {
        const all = given.map(made);
        const { total } = transcriptOf(all, rules);
        expect(transcriptOf(all.slice(1), rules).total).toBeLessThanOrEqual(total);
        const more = all.map((one, i) => (i === 0 ? { ...one, credits: one.credits + 0.25 } : one));
        expect(transcriptOf(more, rules).total).toBeGreaterThanOrEqual(total);
      }),
    );
  });
});
