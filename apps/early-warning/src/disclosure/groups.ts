/** Units and places that a person is counted in, the widest first: school, college, class. None: counted nowhere. */
export type Path = readonly string[];

/**
 * Persons who are always counted together: whatever is published is about whole groups, so that nothing can be worked out of all that
 * was ever published about fewer persons than the smallest group has.
 */
export interface Group {
  path: Path;
  members: readonly number[];
  /** Lost a member to erasure: without them it is another set, and is counted no more. */
  closed?: boolean;
}

const SEPARATOR = '/';

/**
 * Groups of a week, from those of the week before and where everybody is now. A group only ever parts into groups of `least` persons
 * or more; fewer who go elsewhere are counted with the others until they are enough. Who was in no group yet is counted as low in the
 * tree as there are `least` such persons, and not at all where there are fewer. (docs/adr/0015)
 */
export function regroup(before: readonly Group[], now: ReadonlyMap<number, Path>, least: number): Group[] {
  const known = new Set(before.flatMap(({ members }) => members));
  const newcomers = new Map([...now].filter(([person]) => !known.has(person)));
  return [...before.flatMap((group) => parted(group, now, least)), ...gathered(newcomers, least)];
}

function parted(group: Group, now: ReadonlyMap<number, Path>, least: number): Group[] {
  if (group.closed) return [group];
  const parts = byPath(group.members, (person) => now.get(person) ?? []).sort(
    (a, b) => b.members.length - a.members.length,
  );
  const enough = parts.filter(({ members }) => members.length >= least);
  const scattered = parts.slice(enough.length).flatMap(({ members }) => members);
  if (enough.length === 0) return [{ ...group, path: sharedByMost(scattered, now) }];
  const [largest, ...others] = enough;
  if (scattered.length >= least) others.push({ path: sharedByMost(scattered, now), members: scattered });
  else largest!.members = [...largest!.members, ...scattered];
  return [{ ...group, ...largest! }, ...others];
}

function gathered(newcomers: ReadonlyMap<number, Path>, least: number): Group[] {
  const groups: Group[] = [];
  let waiting = [...newcomers.keys()];
  const deepest = Math.max(0, ...[...newcomers.values()].map((path) => path.length));
  for (let depth = deepest; depth > 0; depth--) {
    const here = waiting.filter((person) => newcomers.get(person)!.length >= depth);
    const found = byPath(here, (person) => newcomers.get(person)!.slice(0, depth)).filter(
      ({ members }) => members.length >= least,
    );
    const taken = new Set(found.flatMap(({ members }) => members));
    waiting = waiting.filter((person) => !taken.has(person));
    groups.push(...found);
  }
  return groups;
}

interface Part {
  path: Path;
  members: readonly number[];
}

function byPath(persons: readonly number[], pathOf: (person: number) => Path): Part[] {
  const parts = new Map<string, Part & { members: number[] }>();
  for (const person of persons) {
    const path = pathOf(person);
    const key = path.join(SEPARATOR);
    const part = parts.get(key);
    if (part) part.members.push(person);
    else parts.set(key, { path, members: [person] });
  }
  return [...parts.values()];
}

/** As far down the tree as more than half of the persons go together. */
function sharedByMost(persons: readonly number[], now: ReadonlyMap<number, Path>): Path {
  const half = persons.length / 2;
  let path: Path = [];
  for (let depth = 1; ; depth++) {
    const deep = persons.filter((person) => (now.get(person)?.length ?? 0) >= depth);
    const next = byPath(deep, (person) => now.get(person)!.slice(0, depth)).find(
      ({ members }) => members.length > half,
    );
    if (!next) return path;
    path = next.path;
  }
}

/** Cuts paths where a unit would lie below two others: a tree has one way down to each of its units, the one that is met first. */
export function asTree(paths: ReadonlyMap<number, Path>): Map<number, Path> {
  const parents = new Map<string, string | undefined>();
  return new Map(
    [...paths].map(([person, path]) => {
      const end = path.findIndex((unit, i) => {
        if (!parents.has(unit)) parents.set(unit, path[i - 1]);
        return parents.get(unit) !== path[i - 1];
      });
      return [person, end < 0 ? path : path.slice(0, end)];
    }),
  );
}
