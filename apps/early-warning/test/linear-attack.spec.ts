import { type Group, type Path, regroup } from '../src/disclosure/groups.js';
import { type CountedPart, type ReleaseRules, unitsToRelease } from '../src/disclosure/release.js';
import { dice, RowSpace } from './linear-attack.js';

const LEAST = 10;
const WEEKS = 24;
const RULES: ReleaseRules = {
  ...{ least: LEAST, mostAlike: 0.95, percent: 10, leastForQuartiles: 40, roundTo: 1, digits: 12 },
};

/** A sum that was published. */
interface Answer {
  week: number;
  unit: string;
  persons: number[];
}

interface Published {
  answers: Answer[];
  /** Sets that an attacker may be after: small units, who moved in a week together, each who did. */
  targets: number[][];
  persons: number;
}

type Publish = (
  before: Group[],
  now: ReadonlyMap<number, Path>,
  valueOf: (person: number) => number,
) => { groups: Group[]; sets: Map<string, number[]> };

/** As the service does it. */
const asMade: Publish = (before, now, valueOf) => {
  const groups = regroup(before, now, LEAST);
  const part = (group: Group): CountedPart => ({ path: group.path, values: group.members.map(valueOf) });
  const units = unitsToRelease(groups.map(part), RULES);
  const sets = [...units.keys()].map((unit): [string, number[]] => [
    unit,
    groups.flatMap(({ path, members }) => (path.includes(unit) ? [...members] : [])),
  ]);
  return { groups, sets: new Map(sets) };
};

/** Every unit of ten persons or more, and nothing else thought of: what most systems do. */
const smallCellsOnly: Publish = (_before, now) => {
  const units = new Map<string, number[]>();
  for (const [person, path] of now) for (const unit of path) units.set(unit, [...(units.get(unit) ?? []), person]);
  return { groups: [], sets: new Map([...units].filter(([, persons]) => persons.length >= LEAST)) };
};

/** Complementary suppression by groups, without the rule for changes from week to week. */
const forgetful: Publish = (_before, now, valueOf) => asMade([], now, valueOf);

/** A school of 3 colleges with classes of 3 to 34 students, some of whom move, come, go or are away together, week by week. */
function school(publish: Publish, seed: number): Published {
  const roll = dice(seed);
  const colleges = ['a', 'b', 'c'];
  const sizes = [3, 34, 28, 12, 7, 25, 30, 18];
  const now = new Map<number, Path>();
  let persons = 0;
  const classes = colleges.flatMap((college) => sizes.map((_, i) => ['school', college, `${college}${i}`]));
  const join = (path: Path) => now.set(persons++, path);
  for (const [i, path] of classes.entries()) for (let n = 0; n < sizes[i % sizes.length]!; n++) join(path);
  for (let n = 0; n < 4; n++) join(['school']);
  const values = Array.from({ length: 2 * persons }, () => roll(40));

  const answers: Answer[] = [];
  const targets: number[][] = [];
  let groups: Group[] = [];
  let previous = new Map(now);
  for (let week = 0; week < WEEKS; week++) {
    const made = publish(groups, now, (person) => values[person]!);
    groups = made.groups;
    for (const [unit, set] of made.sets) answers.push({ week, unit, persons: set });
    targets.push(...everyUnit(now), ...changes(previous, now));
    previous = new Map(now);
    // One moves, one comes, one goes; now and then a whole class, or a handful, goes elsewhere.
    const anybody = () => [...now.keys()][roll(now.size)]!;
    now.set(anybody(), classes[roll(classes.length)]!);
    if (roll(2)) join(classes[roll(classes.length)]!);
    if (roll(2)) now.delete(anybody());
    if (week % 5 === 4) {
      const [from, to] = [classes[roll(classes.length)]!, classes[roll(classes.length)]!];
      const some = [...now].filter(([, path]) => path.at(-1) === from.at(-1)).map(([person]) => person);
      for (const person of some.slice(0, 4 + roll(30))) now.set(person, to);
    }
  }
  return { answers, targets, persons };
}

/** Who is in each unit; the small ones are what an attacker is after. */
function everyUnit(now: ReadonlyMap<number, Path>): number[][] {
  const of = (unit: string) => [...now].filter(([, path]) => path.includes(unit)).map(([person]) => person);
  const units = [...new Set([...now.values()].flat())];
  return units.map(of);
}

/** Who came, went or moved: all of a week, and each. */
function changes(before: ReadonlyMap<number, Path>, now: ReadonlyMap<number, Path>): number[][] {
  const moved = [...new Set([...before.keys(), ...now.keys()])].filter(
    (person) => before.get(person)?.join() !== now.get(person)?.join(),
  );
  return [moved, ...moved.map((person) => [person])];
}

/** Persons of whom fewer than ten are told apart: by pairs of answers, by what elimination comes across, and by what is looked for. */
function foundBy({ answers, targets, persons }: Published, seed: number) {
  const roll = dice(seed);
  const small = (set: readonly unknown[]) => set.length > 0 && set.length < LEAST;
  let pairs = 0;
  for (let n = 0; n < 10_000; n++) {
    const [one, other] = [answers[roll(answers.length)]!.persons, answers[roll(answers.length)]!.persons];
    const both = new Set(one.filter((person) => other.includes(person)));
    if (small([...one, ...other].filter((person) => !both.has(person)))) pairs++;
  }
  const space = new RowSpace(persons);
  for (const answer of answers) space.add(answer.persons);
  const singles = Array.from({ length: persons }, (_, person) => [person]);
  return {
    pairs,
    basis: space.supports().filter(small).length,
    targets: [...targets, ...singles].filter((set) => small(set) && space.gives(set)).length,
    rank: space.rank,
  };
}

describe('what linear algebra makes of sums', () => {
  it('knows which sums follow from others', () => {
    const space = new RowSpace(6);
    expect([space.add([0, 1, 2, 3]), space.add([0, 1]), space.add([2, 3])]).toEqual([true, true, false]);
    expect(space.gives([2, 3])).toBe(true);
    expect(space.gives([2])).toBe(false);
    // Three overlapping pairs give each of the three; no two of them do.
    const cycle = new RowSpace(3);
    cycle.add([0, 1]);
    cycle.add([1, 2]);
    expect(cycle.gives([0])).toBe(false);
    cycle.add([0, 2]);
    expect([cycle.gives([0]), cycle.rank]).toEqual([true, 3]);
    expect(cycle.supports()).toEqual([[0], [1], [2]]);
  });
});

describe('group portraits under attack', () => {
  const SEEDS = [1, 2, 3];

  it.each(SEEDS)('give nobody away within fewer than ten, whichever answers are combined (school %i)', (seed) => {
    const published = school(asMade, seed);
    expect(published.answers.length).toBeGreaterThan(250);
    expect(foundBy(published, seed)).toMatchObject({ pairs: 0, basis: 0, targets: 0 });
  });

  it.each(SEEDS)('would, were small cells left out and nothing else (school %i)', (seed) => {
    const found = foundBy(school(smallCellsOnly, seed), seed);
    expect(found.pairs).toBeGreaterThan(0);
    expect(found.targets).toBeGreaterThan(0);
  });

  it.each(SEEDS)('would, were the weeks before forgotten (school %i)', (seed) => {
    const found = foundBy(school(forgetful, seed), seed);
    expect(found.pairs).toBeGreaterThan(0);
    expect(found.targets).toBeGreaterThan(0);
  });
});
