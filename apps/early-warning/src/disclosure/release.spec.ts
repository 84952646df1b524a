import { dice, RowSpace } from '../../test/linear-attack.js';
import { type CountedPart, figuresOf, mayGoOut, type ReleaseRules, unitsToRelease } from './release.js';

const RULES: ReleaseRules = {
  ...{ least: 5, mostAlike: 0.9, percent: 10, leastForQuartiles: 20, roundTo: 5, digits: 3 },
};
const range = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);

describe('figures about persons', () => {
  it('go out of enough who are not all alike, and of whom none stands out', () => {
    expect(mayGoOut(range(5, 1), RULES)).toBe(true);
    expect(mayGoOut(range(4, 1), RULES)).toBe(false);
    expect(mayGoOut([0, 0, 0, 0, 0], RULES)).toBe(false);
    // One in ten differs: 90 % are alike. One in eleven: more.
    expect(mayGoOut([...Array<number>(18).fill(2), 3, 4], RULES)).toBe(true);
    expect(mayGoOut([...Array<number>(20).fill(2), 3, 4], RULES)).toBe(false);
    // Whoever has 40 knows of the rest no more than 5: the largest lies between 100 and 105.
    expect(mayGoOut([100, 40, 1, 1, 1, 2], RULES)).toBe(false);
    expect(mayGoOut([100, 40, 4, 1, 3, 2], RULES)).toBe(true);
    // Of two who were late, each would know the other.
    expect(mayGoOut([2, 1, 0, 0, 0, 0, 0, 0], RULES)).toBe(false);
  });

  it('are rounded, with quartiles of large sets alone', () => {
    expect(figuresOf(range(12), RULES)).toEqual({
      ...{ students: 10, mean: 5.5, lowQuartile: null, median: null, highQuartile: null },
    });
    expect(figuresOf([1, 1, 1, 1, 1, 2], RULES)).toMatchObject({ students: 5, mean: 1.17 });
    expect(figuresOf(range(21), RULES)).toMatchObject({ students: 20, lowQuartile: 5, median: 10, highQuartile: 15 });
  });
});

describe('units of a tree', () => {
  const part = (path: string, values: number[]): CountedPart => ({ path: path.split(' '), values });
  const released = (...parts: CountedPart[]) => [...unitsToRelease(parts, RULES).keys()].sort();

  it('go out when what is left of the one above may go out as well', () => {
    expect(released(part('s a', range(9)), part('s b', range(6)), part('s', range(5)))).toEqual(['a', 'b', 's']);
    // The rest would be of persons who are all alike, or too few: the smaller unit gives way.
    expect(released(part('s a', range(9)), part('s b', range(6)), part('s', Array<number>(7).fill(3)))).toEqual([
      'a',
      's',
    ]);
    expect(released(part('s a', range(9)), part('s b', range(6)), part('s c', range(2)))).toEqual(['a', 's']);
    // Of one unit alone and a rest that must not be told of, the one above is worth more.
    expect(released(part('s a', range(9)), part('s b', range(2)))).toEqual(['s']);
    expect(released(part('s a', range(4)))).toEqual([]);
  });

  it('give way below one that gave way, where that gives somebody away', () => {
    const parts = [part('s a a1', range(8)), part('s a a2', range(6)), part('s b', range(30)), part('s c', [7])];
    // Without a, the school less a1, a2 and b would be one person.
    expect(released(...parts)).toEqual(['a1', 'b', 's']);
  });

  it('never let anything be worked out that must not go out, whatever the tree (1,000 trees)', () => {
    const roll = dice(7);
    for (let n = 0; n < 1000; n++) {
      const parts = Array.from({ length: 3 + roll(14) }, (): CountedPart => {
        const [college, unit] = [`c${roll(3)}`, `k${roll(4)}`];
        const path = ['s', college, `${college}${unit}`].slice(0, 1 + roll(3));
        const most = 1 + roll(5);
        return { path, values: Array.from({ length: 1 + roll(9) }, () => roll(most)) };
      });
      const space = new RowSpace(parts.length);
      for (const unit of unitsToRelease(parts, RULES).keys())
        space.add(parts.flatMap(({ path }, i) => (path.includes(unit) ? [i] : [])));
      const bad = space.supports().filter(
        (set) =>
          !mayGoOut(
            set.flatMap((i) => [...parts[i]!.values]),
            RULES,
          ),
      );
      expect(bad).toEqual([]);
    }
  });
});
