import { randomOf } from '../../risk/model/random.js';
import { interceptOf, t95 } from './least-squares.js';
import { type EffectTable, matchedEffect } from './matched-effect.js';

const OPTIONS = { minPairs: 30, seed: 1 };

/** Students who do worse are helped more often, and who does worse recovers by itself: `effect` comes on top of that. */
function planted(effect: number, seed: number, size = 400): EffectTable {
  const random = randomOf(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const need = Float64Array.from({ length: size }, normal);
  const other = Float64Array.from({ length: size }, normal);
  const treated = Uint8Array.from(need, (value) => Number(random() < 1 / (1 + Math.exp(2 - value))));
  const before = need.map((value) => -2 * value + normal());
  const after = before.map((value, i) => {
    // Spread grows with need: intervals must not rest on one spread for all.
    const noise = normal() * (1 + 0.5 * Math.abs(need[i]!));
    return value + 1.5 * need[i]! + 0.3 * other[i]! + effect * treated[i]! + noise;
  });
  return {
    features: [
      { key: 'need', values: need },
      { key: 'other', values: other },
    ],
    ...{ before, after, treated },
    students: Int32Array.from({ length: size }, (_, i) => i),
    days: Int32Array.from({ length: size }, (_, i) => i % 2),
  };
}

describe('the difference from similar students', () => {
  const REPETITIONS = 200;
  const sample = (effect: number) =>
    Array.from({ length: REPETITIONS }, (_, seed) => {
      const table = planted(effect, seed + 1);
      const rows = Array.from(table.treated, (_, i) => i).filter((i) => table.treated[i] === 1);
      const naive = rows.reduce((sum, i) => sum + table.after[i]! - table.before[i]!, 0) / rows.length;
      return { found: matchedEffect(table, OPTIONS), naive };
    }).filter(({ found }) => found.interval !== null);
  const covered = (of: ReturnType<typeof sample>, truth: number): number =>
    of.filter(({ found: { interval } }) => interval![0] <= truth && truth <= interval![1]).length / of.length;
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  it('covers a known effect about 95 times of 100, where before and after alone is far off', () => {
    const of = sample(1);
    expect(of.length).toBeGreaterThan(0.95 * REPETITIONS);
    expect(covered(of, 1)).toBeGreaterThanOrEqual(0.91);
    expect(covered(of, 1)).toBeLessThanOrEqual(0.99);
    expect(mean(of.map(({ found }) => found.difference!))).toBeCloseTo(1, 1);
    expect(mean(of.map(({ naive }) => naive))).toBeGreaterThan(1.8);
  });

  it('shows none where there is none', () => {
    const of = sample(0);
    expect(covered(of, 0)).toBeGreaterThanOrEqual(0.91);
    expect(Math.abs(mean(of.map(({ found }) => found.difference!)))).toBeLessThan(0.05);
    expect(mean(of.map(({ naive }) => naive))).toBeGreaterThan(0.8);
  });

  it('brings those with and without together in what they are compared by', () => {
    const { balance } = matchedEffect(planted(1, 3, 1500), OPTIONS);
    const need = balance.find(({ feature }) => feature === 'need')!;
    expect(need.all).toBeGreaterThan(0.6);
    expect(Math.abs(need.pairs)).toBeLessThan(0.1);
  });

  it('is withheld under 30 pairs, and where nobody is similar', () => {
    expect(matchedEffect(planted(1, 4, 60), OPTIONS)).toMatchObject({
      withheld: 'few',
      difference: null,
      interval: null,
    });
    const apart = planted(1, 5);
    apart.features[0]!.values.forEach((_, i, values) => (values[i] = apart.treated[i]! * 50));
    expect(matchedEffect(apart, OPTIONS)).toMatchObject({ withheld: 'few', pairs: 0, difference: null });
  });

  it('compares students of the same day alone, nobody twice, and leaves out of whom something is not known', () => {
    const table = planted(1, 6);
    const otherDays = { ...table, days: table.days.map((_, i) => table.treated[i]!) };
    expect(matchedEffect(otherDays, OPTIONS).pairs).toBe(0);
    const one = { ...table, students: table.students.map((student, i) => (table.treated[i] ? student : 0)) };
    expect(matchedEffect(one, OPTIONS).pairs).toBe(1);
    const { treated } = matchedEffect(table, OPTIONS);
    const first = table.treated.indexOf(1);
    table.after[first] = NaN;
    expect(matchedEffect(table, OPTIONS).treated).toBe(treated - 1);
  });

  it('is the same for the same seed', () => {
    expect(matchedEffect(planted(1, 7), OPTIONS)).toEqual(matchedEffect(planted(1, 7), OPTIONS));
  });
});

describe('least squares', () => {
  it('finds a line exactly, also where two columns say the same', () => {
    const x = Float64Array.from({ length: 40 }, (_, i) => i);
    const y = x.map((value) => 3 + 2 * value);
    expect(interceptOf(y, [x]).value).toBeCloseTo(3, 5);
    expect(interceptOf(y, [x, x]).value).toBeCloseTo(3, 3);
  });

  it('knows Student’s quantiles', () => {
    expect([20, 30, 100].map((n) => Number(t95(n).toFixed(3)))).toEqual([2.086, 2.042, 1.984]);
  });
});
