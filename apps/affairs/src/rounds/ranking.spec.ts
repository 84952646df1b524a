import fc from 'fast-check';
import { Exact } from './exact.js';
import { award, type Candidate, largestRemainder, rank } from './ranking.js';
import type { Component, RoundContent } from './round-content.js';
import { expressionFinding, type Facts, meanOf, scorer } from './scoring.js';
import { type ScoredEntry, standingsOf } from './standings.js';

/** Few values, so that many are equal. */
const score = fc.integer({ min: 0, max: 6 }).map((n) => `${50 + n}.${n % 2 ? '5' : '25'}`);
const candidates: fc.Arbitrary<Candidate[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 25 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({ id: fc.constant(`e${id}`), total: score.map(Exact.of), ties: score.map((one) => [Exact.of(one)]) }),
      ),
    ),
  );
const tie = fc.constantFrom('share' as const, 'lot' as const);
const places = fc.array(fc.option(fc.integer({ min: 0, max: 6 })), { minLength: 1, maxLength: 3 });
const levelsOf = (each: (number | null)[]) => each.map((one, i) => ({ code: `l${i}`, places: one, atLeast: null }));

const component = (code: string, more: Partial<Component> = {}): Component => ({
  ...{ code, name: { zh: code, en: code }, weight: '1', max: '100', from: 'sheet' },
  ...more,
});

describe('ranking', () => {
  it('is a total order that does not hang on the order of what comes in', () => {
    fc.assert(
      fc.property(candidates, tie, fc.string(), (all, then, seed) => {
        const ranked = rank(all, then, seed);
        expect(rank([...all].reverse(), then, seed)).toEqual(ranked);
        expect(ranked.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
        for (const [i, one] of ranked.entries()) {
          const before = ranked[i - 1];
          if (before) expect(one.total.compare(before.total)).toBeLessThanOrEqual(0);
          const equal = before && one.total.compare(before.total) === 0 && one.ties[0]!.compare(before.ties[0]!) === 0;
          expect(one.place).toBe(then === 'share' && equal ? before.place : i + 1);
        }
      }),
    );
  });

  it('draws lots with the seed, the same way each time', () => {
    const same = Array.from({ length: 20 }, (_, i) => ({ id: `e${i}`, total: Exact.of('80'), ties: [] }));
    const drawn = (seed: string) => rank(same, 'lot', seed).map(({ id }) => id);
    expect(drawn('a')).toEqual(drawn('a'));
    expect(drawn('a')).not.toEqual(drawn('b'));
  });

  it('gives no more places than there are, but to those who share the last, and passes nobody over', () => {
    fc.assert(
      fc.property(candidates, tie, places, (all, then, each) => {
        const ranked = rank(all, then, 'seed');
        const awarded = award(ranked, levelsOf(each));
        for (const [i, most] of each.entries()) {
          const there = ranked.filter(({ id }) => awarded.get(id)?.level === `l${i}`);
          const beyond = there.filter(({ id }) => awarded.get(id)!.overQuota);
          if (most === null) continue;
          if (then === 'lot') expect(there.length).toBeLessThanOrEqual(most);
          // All that is beyond is one group of equals, which has at least one place.
          expect(new Set(beyond.map(({ place }) => place)).size).toBeLessThanOrEqual(1);
          expect(there.length - beyond.length).toBeLessThanOrEqual(most);
          if (there.length > most) expect(there.length - beyond.length).toBeLessThan(most);
        }
        const levels = ranked.map(({ id }) => awarded.get(id)?.level ?? '~');
        expect(levels).toEqual([...levels].sort());
      }),
    );
  });

  it('lets nobody fall when somebody above or beside them is taken out', () => {
    fc.assert(
      fc.property(candidates, tie, places, fc.nat(), (all, then, each, n) => {
        const out = all[n % Math.max(1, all.length)]?.id;
        const before = award(rank(all, then, 's'), levelsOf(each));
        const after = award(
          rank(
            all.filter(({ id }) => id !== out),
            then,
            's',
          ),
          levelsOf(each),
        );
        for (const { id } of all) {
          if (id === out) continue;
          expect((after.get(id)?.level ?? '~') <= (before.get(id)?.level ?? '~')).toBe(true);
        }
      }),
    );
  });

  it('ranks unit by unit, and whoever is ruled out not at all', () => {
    const entries: ScoredEntry[] = [
      ['a', 'u', '90'],
      ['b', 'u', '80'],
      ['c', 'v', '10'],
      ['d', 'u', '99'],
      ['e', 'u', '0'],
    ].map(([id, unitId, total]) => ({
      ...{ id: id!, unitId: unitId!, automatic: id === 'e', total: total!, scores: {} },
      exclusions: [],
    }));
    entries[3]!.exclusions = [{ code: 'failed', reason: { zh: '', en: '' }, source: '', facts: [] }];
    const content = {
      ...{ ties: { by: [], then: 'share' as const }, components: [component('gpa')], automaticLevel: 'x' },
      levels: [{ code: 'x', name: { zh: '', en: '' }, amount: null, perMille: null, atLeast: '85' }],
    };
    const standings = standingsOf(content, 's', entries, [{ level: 'x', unitId: 'u', places: 1 }]);
    expect([...standings].map(([id, { outcome, place }]) => [id, outcome, place])).toEqual([
      ['a', 'awarded', 1],
      ['b', 'not_awarded', 2],
      ['c', 'not_awarded', 1],
      ['d', 'excluded', null],
      ['e', 'awarded', null],
    ]);
  });
});

describe('places by the largest remainder', () => {
  it('add up exactly, and each is within one of its share', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5000 }), { maxLength: 30 }), fc.nat({ max: 1000 }), (counts, perMille) => {
        const shares = largestRemainder(counts, perMille);
        const total = counts.reduce((sum, one) => sum + one * perMille, 0);
        expect(shares.reduce((sum, one) => sum + one, 0)).toBe(Math.floor(total / 1000));
        for (const [i, share] of shares.entries()) {
          expect(Math.abs(share * 1000 - counts[i]! * perMille)).toBeLessThan(1000);
        }
      }),
    );
    expect(largestRemainder([47, 16, 15, 22], 100)).toEqual([5, 2, 1, 2]);
  });
});

describe('scores', () => {
  const facts = (more: Partial<Facts> = {}): Facts => ({
    ...{ figures: {}, marks: {}, classReview: null, openSanctions: 0, awards: 0, unitMissing: false },
    ...more,
  });
  const content = (components: Component[], more: Partial<RoundContent> = {}): RoundContent =>
    ({ ...{ components, exclusions: [], classReview: null, source: 's' }, ...more }) as RoundContent;

  it('are exact: what binary fractions round is equal', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 10_000 }), fc.nat({ max: 1_000_000 })), { maxLength: 8, minLength: 1 }),
        (all) => {
          const text = (n: number) => `${Math.floor(n / 10_000)}.${String(n % 10_000).padStart(4, '0')}`;
          const components = all.map(([weight], i) => component(`c${i}`, { weight: text(weight) }));
          const figures = Object.fromEntries(all.map(([, value], i) => [`c${i}`, text(value)]));
          const { total } = scorer(content(components))(facts({ figures }));
          const units = all.reduce((sum, [weight, value]) => sum + BigInt(weight) * BigInt(value), 0n);
          expect(
            Exact.of(total).compare(
              Exact.of(`${units / 100_000_000n}.${String(units % 100_000_000n).padStart(8, '0')}`),
            ),
          ).toBe(0);
        },
      ),
    );
    const thirds = [component('a', { weight: '0.1' }), component('b', { weight: '0.2' })];
    expect(scorer(content(thirds))(facts({ figures: { a: '1', b: '1' } })).total).toBe('0.3');
  });

  it('of people are their mean without the ends that are left out', () => {
    const people = component('p', { from: 'people', dropHighest: 1, dropLowest: 1, fewest: 3 });
    expect(meanOf(['60', '90', '80.5', '81', '99'], people)?.toString()).toBe('83.8333');
    expect(meanOf(['60', '90'], people)).toBeUndefined();
    expect(scorer(content([people]))(facts({ marks: { p: ['60', '90'] } })).exclusions).toMatchObject([
      { code: 'score_missing', facts: [{ name: 'p', value: '' }] },
    ]);
  });

  it('are computed from those before them, and never more than the highest', () => {
    const computed = component('x', {
      from: 'computed',
      expression: 'score.gpa > 3 ? score.gpa * 20 + 0.1 : score.gpa / 3',
    });
    const work = scorer(content([component('gpa', { weight: '0' }), computed]));
    expect(['3.7', '2', '5'].map((gpa) => work(facts({ figures: { gpa } })).total)).toEqual(['74.1', '0.6667', '100']);
    expect(work(facts()).exclusions).toMatchObject([{ code: 'score_missing' }]);
    const finding = (expression: string) => expressionFinding({ ...computed, expression }, [component('gpa')], '#');
    expect(finding('min(score.gpa * 20, 100)')).toBeUndefined();
    for (const wrong of ['score.nothing', '"a"', 'score.gpa >', 'score.gpa.matches("x")'])
      expect(finding(wrong)).toBeDefined();
  });

  it('rule nobody out for what is within the limit; what is not known does', () => {
    const rule = {
      code: 'late',
      kind: 'figure',
      figure: 'late',
      atLeast: '3',
      reason: { zh: '晚归', en: 'Late' },
      source: 's',
    } as const;
    const work = scorer(content([component('gpa')], { exclusions: [rule] }));
    const codes = (late?: string) =>
      work(facts({ figures: { gpa: '1', ...(late && { late }) } })).exclusions.map(({ facts: found }) => found);
    expect([codes('2'), codes('3'), codes()]).toEqual([
      [],
      [
        [
          { name: 'late', value: '3' },
          { name: 'limit', value: '3' },
        ],
      ],
      [[{ name: 'late', value: '' }]],
    ]);
  });

  it('count an opinion of the class where enough were there, and enough in favour', () => {
    const classReview = { quorumPerMille: 667, favourPerMille: 501, source: '教财〔2018〕16号' };
    const work = scorer(content([component('gpa')], { classReview }));
    const of = (favour: number, against: number, due: number) =>
      work(
        facts({
          figures: { gpa: '1' },
          classReview: { favour, against, abstained: 0, present: favour + against, due },
        }),
      ).exclusions.map(({ code }) => code);
    expect([of(11, 9, 30), of(10, 10, 30), of(10, 9, 30)]).toEqual([
      ['class_review_missing'],
      ['class_review_missing'],
      ['class_review_missing'],
    ]);
    expect([of(11, 10, 30), of(10, 11, 30), of(10, 10, 25)]).toEqual([[], ['class_review'], ['class_review']]);
  });
});
