import { explained } from '../fairness-words.js';
import { calibrate, calibrated } from './calibration.js';
import { fairnessOf } from './fairness.js';
import { auc, psi, wilson } from './measures.js';
import { partsOf, scoresOf, sharesOf } from './model.js';
import { randomOf } from './random.js';
import type { Column, Table } from './table.js';
import { train, TRAINING, type TrainingOptions } from './training.js';

const OPTIONS: TrainingOptions = { ...TRAINING, bags: 4, pairs: 2 };

/** Missing work raises the risk, loans lower it, the course matters, noise does not; of some students loans are not known. */
function planted(rows: number, seed = 5): Table {
  const random = randomOf(seed);
  const missing = Float64Array.from({ length: rows }, () => Math.floor(random() * 6));
  const loans = Float64Array.from({ length: rows }, () => (random() < 0.2 ? NaN : Math.floor(random() * 20)));
  const course = Float64Array.from({ length: rows }, () => Math.floor(random() * 3));
  const noise = Float64Array.from({ length: rows }, () => random());
  const outcomes = Uint8Array.from({ length: rows }, (_, row) => {
    const known = Number.isNaN(loans[row]!) ? 0 : 1 - loans[row]! / 10;
    const odds = -1.5 + 0.6 * missing[row]! + known + (course[row] === 2 ? 1 : 0);
    return Number(random() < 1 / (1 + Math.exp(-odds)));
  });
  const column = (key: string, values: Float64Array, kind: Column['kind'] = 'number'): Column => ({
    key,
    kind,
    values,
  });
  return {
    columns: [
      column('missing', missing),
      column('loans', loans),
      column('course', course, 'level'),
      column('noise', noise),
    ],
    outcomes,
    students: Int32Array.from({ length: rows }, (_, row) => row >> 1),
  };
}

describe('the additive model', () => {
  const table = planted(3000);
  const { model, unseen } = train(table, OPTIONS);
  const later = planted(2000, 77);

  it('finds what is planted, each with its sign', () => {
    const points = (key: string): number[] =>
      model.terms[model.features.findIndex((feature) => feature.key === key)]!.points;
    // Mean size of what it says of the rows.
    const weight = (key: string): number => {
      const { counts } = model.features.find((feature) => feature.key === key)!;
      const total = counts.reduce((sum, n) => sum + n, 0);
      return points(key).reduce((sum, value, bin) => sum + (Math.abs(value) * counts[bin]!) / total, 0);
    };
    const missing = points('missing').slice(1);
    expect(missing.at(-1)! - missing[0]!).toBeGreaterThan(1.5);
    const loans = points('loans').slice(1);
    expect(loans.at(-1)! - loans[0]!).toBeLessThan(-0.8);
    const course = points('course').slice(1);
    expect(course[2]! - course[0]!).toBeGreaterThan(0.4);
    expect(weight('noise')).toBeLessThan(weight('missing') / 4);
    expect(auc(unseen, table.outcomes)).toBeGreaterThan(0.75);
    expect(auc(scoresOf(model, later.columns), later.outcomes)).toBeGreaterThan(0.75);
  });

  it('gives a score that is the sum of its parts, for what it has never seen too', () => {
    const strange: Column[] = [
      { key: 'course', kind: 'level', values: Float64Array.of(0, 200, NaN) },
      { key: 'noise', kind: 'number', values: Float64Array.of(-1e9, 1e9, NaN) },
      { key: 'loans', kind: 'number', values: Float64Array.of(3, NaN, 1e6) },
      { key: 'missing', kind: 'number', values: Float64Array.of(0, 99, NaN) },
    ];
    for (const columns of [later.columns, strange]) {
      const parts = partsOf(model, columns);
      scoresOf(model, columns).forEach((score, row) => {
        expect(score).toBeCloseTo(
          parts.reduce((sum, part) => sum + part[row]!, model.base),
          9,
        );
      });
    }
    expect(() => scoresOf(model, later.columns.slice(1))).toThrow('missing');
  });

  it('is the same for the same seed, and survives being stored', () => {
    expect(train(table, OPTIONS).model).toEqual(model);
    expect(train(table, { ...OPTIONS, seed: 2 }).model).not.toEqual(model);
    expect(scoresOf(JSON.parse(JSON.stringify(model)) as typeof model, later.columns)).toEqual(
      scoresOf(model, later.columns),
    );
  });

  it('foretells shares that never fall with the score, and that come true', () => {
    const { scores, shares } = model.calibration;
    expect([...scores].sort((a, b) => a - b)).toEqual(scores);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    const foretold = sharesOf(model, scoresOf(model, later.columns));
    const mean = (values: ArrayLike<number>): number =>
      Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(foretold) - mean(later.outcomes))).toBeLessThan(0.04);
  });

  it('does not learn from a student what it is asked about the same student', () => {
    // Two rows of a student are alike, and nothing else tells of the outcome: only a leak would.
    const random = randomOf(3);
    const values = Float64Array.from({ length: 800 }, (_, row) => row >> 1);
    const outcomes = Uint8Array.from({ length: 800 }, (_, row) => (row % 2 === 0 ? Number(random() < 0.5) : 0));
    for (let row = 1; row < 800; row += 2) outcomes[row] = outcomes[row - 1]!;
    const students = Int32Array.from(values);
    const level: Column = { key: 'who', kind: 'level', values: values.map((value) => value % 250) };
    const result = train({ columns: [level], outcomes, students }, { ...OPTIONS, pairs: 0 });
    expect(auc(result.unseen, outcomes)).toBeLessThan(0.62);
  });
});

describe('measures', () => {
  it('count a tie as half a pair', () => {
    expect(auc([1, 2, 2, 3], [0, 0, 1, 1])).toBe(0.875);
    expect(auc([3, 2, 1], [0, 0, 1])).toBe(0);
    expect(auc([1, 2], [0, 0])).toBeNaN();
  });

  it('are those of the books: Wilson, the stability index', () => {
    expect(wilson(8, 10).map((end) => Number(end.toFixed(3)))).toEqual([0.49, 0.943]);
    expect(psi([50, 50], [50, 50])).toBe(0);
    expect(psi([50, 50], [90, 10])).toBeCloseTo(0.879, 3);
  });

  it('calibrate by pooling, and draw a straight line between the pools', () => {
    const scores = Float64Array.from({ length: 200 }, (_, i) => i);
    const outcomes = Uint8Array.from(scores, (score) => Number(score >= 100));
    const line = calibrate(scores, outcomes);
    expect(calibrated(line, -5)).toBeLessThan(0.04);
    expect(calibrated(line, 500)).toBeGreaterThan(0.98);
    expect(calibrated(line, 99.5)).toBeCloseTo(0.5, 1);
  });

  it('say nothing of a group with too few outcomes', () => {
    const outcomes = [1, 1, 0, 1, 1, 0, 1];
    const groups = ['a', 'a', 'a', 'b', 'b', 'b', 'c'];
    const SHARES = [0.9, 0.8, 0.1, 0.9, 0.1, 0.1, 0.9];
    const { groups: found, gap } = fairnessOf([9, 8, 1, 9, 1, 1, 9], SHARES, outcomes, groups, {
      upper: 0.5,
      minOutcomes: 2,
    });
    expect(found.map(({ group, share }) => [group, share])).toEqual([
      ['a', 1],
      ['b', 0.5],
      ['c', null],
    ]);
    expect(gap).toBe(0.5);
  });

  it('tell a gap that follows from one line over different rates from one that does not', () => {
    const random = randomOf(11);
    const rows = 6000;
    const groups = Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? 'few' : 'many'));
    const shares = Float64Array.from(groups, (group) => (group === 'few' ? 0.1 : 0.3) + 0.4 * random());
    const hit = Uint8Array.from(shares, (share) => Number(random() < share));
    const options = { upper: 0.25, minOutcomes: 50 };
    const calibratedGap = fairnessOf(shares, shares, hit, groups, options);
    expect(calibratedGap.gap).toBeGreaterThan(0.3);
    expect(Math.abs(calibratedGap.gap! - calibratedGap.expectedGap!)).toBeLessThan(0.04);
    const [from, to] = calibratedGap.gapInterval!;
    expect([from < calibratedGap.gap!, to > calibratedGap.gap!, to - from < 0.12]).toEqual([true, true, true]);
    expect(explained(calibratedGap).explanation!.en).toContain('came true within chance');
    // The same rates, and one group foretold too low.
    const wrong = shares.map((share, row) => (groups[row] === 'few' ? share / 2 : share));
    const found = fairnessOf(wrong, wrong, hit, groups, options);
    expect(explained(found).explanation!.en).toContain('Foretold otherwise than it came: few');
    expect(explained({ ...found, gap: 0.01 }).explanation).toBeNull();
  });
});
