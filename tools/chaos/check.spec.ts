import { judge, type Kind, type Outcome, type Write } from './check.js';

const kinds: Record<string, Kind> = {
  leave: { places: ['leaves', 'excused', 'masks'], rows: 1 },
  batch: { places: ['passes', 'observations'], rows: 10 },
};

const write = (kind: string, key: string, outcome: Outcome): Write => ({ kind, key, outcome });
const found = (places: Record<string, Record<string, number>>) =>
  new Map(Object.entries(places).map(([place, rows]) => [place, new Map(Object.entries(rows))]));

describe('judging a history', () => {
  it('finds nothing where everything is exactly once', () => {
    const history = [
      write('leave', 'a', 'acknowledged'),
      write('leave', 'b', 'refused'),
      write('leave', 'c', 'unknown'),
      write('leave', 'd', 'unknown'),
      write('batch', 'e', 'acknowledged'),
    ];
    const rows = { leaves: { a: 1, c: 1 }, excused: { a: 1, c: 1 }, masks: { a: 1, c: 1 }, passes: { e: 10 } };
    expect(judge(history, kinds, found({ ...rows, observations: { e: 10 } }))).toEqual({ lost: [], doubled: [] });
  });

  it('finds an acknowledged write that is lost, its effect that is, and a batch of which a row is', () => {
    const history = [
      write('leave', 'gone', 'acknowledged'),
      write('leave', 'half', 'acknowledged'),
      write('batch', 'short', 'acknowledged'),
    ];
    const rows = {
      leaves: { half: 1 },
      excused: { half: 1 },
      masks: {},
      passes: { short: 10 },
      observations: { short: 9 },
    };
    const { lost, doubled } = judge(history, kinds, found(rows));
    expect(lost.map(({ key, place }) => `${key} in ${place}`)).toEqual([
      'gone in leaves',
      'gone in excused',
      'gone in masks',
      'half in masks',
      'short in observations',
    ]);
    expect(doubled).toEqual([]);
  });

  it('finds a write that was done twice, an effect that was, and one that was refused and done all the same', () => {
    const history = [
      write('leave', 'twice', 'acknowledged'),
      write('leave', 'unsure', 'unknown'),
      write('leave', 'no', 'refused'),
    ];
    const rows = {
      leaves: { twice: 2, unsure: 1, no: 1 },
      excused: { twice: 1, unsure: 2 },
      masks: { twice: 1, unsure: 1 },
    };
    const { lost, doubled } = judge(history, kinds, found(rows));
    expect(lost).toEqual([]);
    expect(doubled).toEqual([
      { key: 'twice', kind: 'leave', outcome: 'acknowledged', place: 'leaves', expected: 1, rows: 2 },
      { key: 'unsure', kind: 'leave', outcome: 'unknown', place: 'excused', expected: 1, rows: 2 },
      { key: 'no', kind: 'leave', outcome: 'refused', place: 'leaves', expected: 0, rows: 1 },
    ]);
  });

  it('misses the effects of a write whose outcome is unknown, but which was done', () => {
    const { lost } = judge([write('leave', 'a', 'unknown')], kinds, found({ leaves: { a: 1 }, excused: { a: 1 } }));
    expect(lost.map(({ place }) => place)).toEqual(['masks']);
  });
});
