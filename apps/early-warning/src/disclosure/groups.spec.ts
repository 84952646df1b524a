import { asTree, type Group, type Path, regroup } from './groups.js';

const LEAST = 3;

/** Where persons are: `'school a a1': [0, 1, 2]`. */
function where(places: Record<string, number[]>): Map<number, Path> {
  return new Map(
    Object.entries(places).flatMap(([path, persons]) => persons.map((one): [number, Path] => [one, path.split(' ')])),
  );
}

function told(groups: readonly Group[]): Record<string, number[]> {
  return Object.fromEntries(groups.map(({ path, members }) => [path.join(' '), [...members].sort((a, b) => a - b)]));
}

describe('groups', () => {
  it('are as low in the tree as there are enough, and leave out who is left', () => {
    const now = where({
      's a a1': [0, 1, 2],
      's a a2': [3, 4],
      's a': [5],
      's b b1': [6, 7],
      's c c1': [8],
      's c': [9, 10],
      s: [],
    });
    expect(told(regroup([], now, LEAST))).toEqual({ 's a a1': [0, 1, 2], 's a': [3, 4, 5], 's c': [8, 9, 10] });
    // The two of b are told of once somebody is with them, at whatever level.
    const later = new Map([...now, ...where({ s: [11] })]);
    expect(told(regroup(regroup([], now, LEAST), later, LEAST))).toMatchObject({ s: [6, 7, 11] });
  });

  it('take single movers along, and part when enough go the same way', () => {
    const before = regroup([], where({ 's a': [0, 1, 2, 3, 4, 5, 6], 's b': [7, 8, 9] }), LEAST);
    const one = where({ 's a': [1, 2, 3, 4, 5, 6], 's b': [0, 7, 8, 9] });
    expect(told(regroup(before, one, LEAST))).toEqual({ 's a': [0, 1, 2, 3, 4, 5, 6], 's b': [7, 8, 9] });
    const three = where({ 's a': [3, 4, 5, 6], 's b': [0, 1, 2, 7, 8, 9] });
    expect(regroup(before, three, LEAST).map(({ path, members }) => [path.join(' '), members.length])).toEqual([
      ['s a', 4],
      ['s b', 3],
      ['s b', 3],
    ]);
    // Two are left behind: alone they would be told of, so they go with the others.
    const five = where({ 's a': [5, 6], 's b': [0, 1, 2, 3, 4] });
    expect(told(regroup(before.slice(0, 1), five, LEAST))).toEqual({ 's b': [0, 1, 2, 3, 4, 5, 6] });
  });

  it('that fall apart count where most still are together, or nowhere', () => {
    const before = regroup([], where({ 's a a1': [0, 1, 2, 3] }), LEAST);
    expect(told(regroup(before, where({ 's a a2': [0, 1], 's a a3': [2, 3] }), LEAST))).toEqual({
      's a': [0, 1, 2, 3],
    });
    expect(told(regroup(before, where({ 's a a1': [0, 1] }), LEAST))).toEqual({ '': [0, 1, 2, 3] });
    expect(told(regroup(before, new Map(), LEAST))).toEqual({ '': [0, 1, 2, 3] });
  });

  it('stay as they are once closed, and give nobody back', () => {
    const closed = { path: ['s', 'a'], members: [0, 1, 2], closed: true };
    const now = where({ 's b': [0, 1, 2, 3] });
    expect(regroup([closed], now, LEAST)).toEqual([closed]);
  });

  it('hang in a tree: a unit below two others is below the one that is met first', () => {
    const paths = where({ 's a k': [0, 1], 's b k': [2], 's b': [3] });
    expect([...asTree(paths).values()]).toEqual([
      ['s', 'a', 'k'],
      ['s', 'a', 'k'],
      ['s', 'b'],
      ['s', 'b'],
    ]);
  });
});
