import { CANNOT_SAY } from '#rule-language';
import { CLEARED } from '../engine/engine.js';
import { differenceOf, overlapOf, Trial } from './trial.js';

describe('a trial of a rule', () => {
  const add = (trial: Trial, day: string, levels: number[], population = levels.map((_, lane) => lane)) =>
    trial.add(day, population, Uint8Array.from(levels));
  const HELD = [0, 2] as const;

  it('counts by day: levels, onsets, and whom nothing is known of', () => {
    const trial = new Trial(10);
    trial.precede([0, 1, 2], Uint8Array.from([2, 0, CANNOT_SAY]));
    add(trial, 'a', [2, 3, 2]);
    add(trial, 'b', [3, 0, CANNOT_SAY]);
    add(trial, 'c', [0, 3, 2]);
    expect(trial.days).toEqual([
      { day: 'a', levels: [0, 0, 2, 1, 0], fresh: 2, noData: 0 },
      { day: 'b', levels: [0, 0, 0, 1, 0], fresh: 0, noData: 1 },
      { day: 'c', levels: [0, 0, 1, 1, 0], fresh: 1, noData: 0 },
    ]);
    expect([...trial.reached]).toEqual([3, 3, 2]);
    expect([trial.students, trial.fired]).toEqual([3, 3]);
  });

  it('goes on holding where it held until that is cleared, as warnings do', () => {
    const trial = new Trial();
    const addWith = (day: string, levels: number[], clears: number[]) =>
      trial.add(day, [0, 1, 2], Uint8Array.from(levels), Uint8Array.from(clears));
    addWith('a', [3, 2, 0], [...HELD, 0]);
    addWith('b', [0, CANNOT_SAY, 0], [...HELD, 0]);
    addWith('c', [2, 2, 0], [...HELD, 0]);
    addWith('d', [0, CANNOT_SAY, 0], [CLEARED, CLEARED, 0]);
    addWith('e', [2, 0, 0], [0, CLEARED, 0]);
    expect(trial.days).toEqual([
      { day: 'a', levels: [0, 0, 1, 1, 0], fresh: 2, noData: 0 },
      { day: 'b', levels: [0, 0, 0, 1, 0], fresh: 0, noData: 1 },
      { day: 'c', levels: [0, 0, 2, 0, 0], fresh: 0, noData: 0 },
      { day: 'd', levels: [0, 0, 0, 0, 0], fresh: 0, noData: 1 },
      { day: 'e', levels: [0, 0, 1, 0, 0], fresh: 1, noData: 0 },
    ]);
  });

  it('leaves out who is not of the population', () => {
    const trial = new Trial();
    add(trial, 'a', [4, 4], [1]);
    expect([trial.days[0]!.levels[4], trial.students, [...trial.reached]]).toEqual([1, 1, [0, 4]]);
  });

  it('samples the newest onsets of every level in turn', () => {
    const trial = new Trial(2);
    add(trial, 'a', [1, 1, 1, 0, 0]);
    add(trial, 'b', [1, 1, 1, 4, 1]);
    const picked = trial.sample(3).map(({ lane, day, rank }) => [lane, day, rank]);
    expect(picked).toEqual([
      [3, 'b', 4],
      [4, 'b', 1],
      [2, 'a', 1],
    ]);
    expect(trial.sample(10)).toHaveLength(3);
  });
});

describe('two rules beside each other', () => {
  const ranks = (...of: number[]) => Uint8Array.from(of);

  it('overlap in the students of both', () => {
    expect(overlapOf(ranks(1, 2, 3, 0, 0), ranks(0, 0, 1, 1, 0))).toEqual({ both: 1, either: 4, jaccard: 0.25 });
    expect(overlapOf(ranks(0), ranks(0))).toEqual({ both: 0, either: 0, jaccard: null });
  });

  it('differ in students and in levels', () => {
    const difference = differenceOf(ranks(2, 2, 2, 0, 0), ranks(0, 2, 3, 1, 0));
    expect(difference).toEqual({ onlyBefore: 1, onlyAfter: 1, both: 2, levelChanged: 1 });
  });
});
