/** What a school lets go out about a set of persons. */
export interface ReleaseRules {
  /** Fewest persons. */
  least: number;
  /** Largest share of persons with the same value: of a set in which nearly all are alike, each is known. */
  mostAlike: number;
  /** p of the p % rule: whoever has the second largest value must not come closer than so many percent to the largest. */
  percent: number;
  /** Fewest persons for quartiles, so that each quarter is a set of its own. */
  leastForQuartiles: number;
  /** Numbers of persons are rounded to a multiple of this. */
  roundTo: number;
  /** Significant digits of figures. */
  digits: number;
}

/** Persons who are counted together, and their values. */
export interface CountedPart {
  path: readonly string[];
  values: readonly number[];
}

/** What goes out about a set of persons. */
export interface Figures {
  students: number;
  mean: number;
  lowQuartile: number | null;
  median: number | null;
  highQuartile: number | null;
}

interface Node {
  id: string;
  parts: CountedPart[];
  children: Map<string, Node>;
}

/** Whether figures about these persons may go out on their own. Values are not negative. */
export function mayGoOut(values: readonly number[], { least, mostAlike, percent }: ReleaseRules): boolean {
  if (values.length < least) return false;
  const counts = new Map<number, number>();
  let [first, second, sum, alike] = [0, 0, 0, 0];
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    alike = Math.max(alike, count);
    sum += value;
    if (value > first) [first, second] = [value, first];
    else if (value > second) second = value;
  }
  if (alike > mostAlike * values.length) return false;
  return sum - first - second >= (percent / 100) * first;
}

/**
 * The units of a tree about which figures go out, so that what can be had of them by subtraction may go out as well: what is left of a
 * unit without the units below it that go out is nobody, or may go out on its own. Where it may not, the smallest of those units gives way
 * (complementary suppression). In a tree that is all that linear combinations can give.
 */
export function unitsToRelease(parts: readonly CountedPart[], rules: ReleaseRules): Map<string, number[]> {
  const roots = new Map<string, Node>();
  for (const part of parts) {
    let level = roots;
    for (const id of part.path) {
      let node = level.get(id);
      if (!node) level.set(id, (node = { id, parts: [], children: new Map() }));
      node.parts.push(part);
      level = node.children;
    }
  }
  const released = new Map<string, number[]>();
  for (const root of roots.values()) choose(root, rules, released);
  return released;
}

/** Decides from below, and takes back below what would give somebody away above. Returns the highest that go out at or below the node. */
function choose(node: Node, rules: ReleaseRules, released: Map<string, number[]>): Node[] {
  let below = [...node.children.values()].flatMap((child) => choose(child, rules, released));
  const all = node.parts.flatMap(({ values }) => values);
  if (!mayGoOut(all, rules)) return below;
  for (;;) {
    const apart = new Set(below.flatMap(({ parts }) => parts));
    const rest = node.parts.filter((part) => !apart.has(part)).flatMap(({ values }) => values);
    if (rest.length === 0 || mayGoOut(rest, rules)) break;
    below = withoutSmallest(below, released);
  }
  released.set(node.id, all);
  return [node];
}

function withoutSmallest(nodes: readonly Node[], released: Map<string, number[]>): Node[] {
  const sizes = nodes.map(({ id }) => released.get(id)!.length);
  const smallest = nodes[sizes.indexOf(Math.min(...sizes))]!;
  released.delete(smallest.id);
  const highest = (node: Node): Node[] =>
    released.has(node.id) ? [node] : [...node.children.values()].flatMap(highest);
  return [...nodes.filter((node) => node !== smallest), ...[...smallest.children.values()].flatMap(highest)];
}

/** The figures about persons who may be told of together. */
export function figuresOf(values: readonly number[], rules: ReleaseRules): Figures {
  const sorted = [...values].sort((a, b) => a - b);
  const rounded = (value: number): number => Number(value.toPrecision(rules.digits));
  const quartile = (q: number): number | null =>
    sorted.length < rules.leastForQuartiles ? null : rounded(quantile(sorted, q));
  return {
    students: Math.max(rules.least, Math.round(values.length / rules.roundTo) * rules.roundTo),
    mean: rounded(sorted.reduce((sum, value) => sum + value, 0) / sorted.length),
    lowQuartile: quartile(0.25),
    median: quartile(0.5),
    highQuartile: quartile(0.75),
  };
}

/** Of ascending values, interpolated. */
export function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const value = sorted[below]!;
  return value + ((sorted[below + 1] ?? value) - value) * (at - below);
}
