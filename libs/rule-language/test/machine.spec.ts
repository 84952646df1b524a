import type { Feature, Rule } from '../language/rule.js';
import { Calendar } from '../plan/masks.js';
import { AS_OF, evaluate, type Row, ruleOf } from './kit.js';

/** Two whole chunks of lanes and a piece. */
const LANES = 1_300;
const DAYS = 20;

const FEATURES: Record<string, Omit<Feature, 'metric'>> = {
  ...{ sum: { agg: 'sum', window: '7d' }, avg: { agg: 'avg', window: '14d' }, count: { agg: 'count', window: '5d' } },
  ...{ max: { agg: 'max', window: '9d' }, min: { agg: 'min', window: '9d' }, last: { agg: 'last', window: 'all' } },
  over: { agg: 'days_over', window: '10d', where: { ge: 3, le: 40_000 } },
  none: { agg: 'days_over', window: '10d', where: { gt: 32_767 }, default: 0 },
  distinct: { agg: 'distinct', window: '6d' },
  silent: { agg: 'hours_since_last', where: { gt: 5 } },
  streak: { agg: 'streak', where: { ge: 2 }, calendar: { pause: ['leave'] } },
  ratio: { agg: 'ratio', window: '3d', baseline: '10d', minData: 3 },
  zscore: { agg: 'zscore', window: '3d', baseline: '14d', minData: 3 },
  place: { agg: 'sum', window: '7d', rank: { cohort: 'class', minCohort: 2 } },
  present: { agg: 'sum', window: '7d', calendar: { exclude: ['leave', 'holiday'] } },
};

/** Numbers that look random and are the same every time. */
function noise(n: number): number {
  return (Math.imul(n ^ (n >>> 15), 0x2c1b3c6d) >>> 8) % 1_000;
}

/** Some students have no data on a day; a day begins and ends anywhere, as vectors do. */
function rows(largest: number): Row[] {
  const all: Row[] = [];
  for (let back = 0; back < DAYS; back++) {
    const first = back % 3 === 0 ? 0 : 37 * back;
    const end = back % 4 === 0 ? LANES : LANES - 61 * back;
    for (let lane = first; lane < end; lane++) {
      const one = noise(lane * 31 + back);
      if (one < 800) all.push([lane, 'a', -back, one < 790 ? one % 9 : one % largest]);
    }
  }
  return all;
}

describe('the machine over many lanes', () => {
  const rules = Object.entries(FEATURES).flatMap(([id, feature]): Rule[] =>
    [0.5, 3, 30].map((bound) =>
      ruleOf({ x: { metric: 'a', ...feature } as Feature }, { ge: [{ f: 'x' }, bound] }, { id: `${id}-${bound}` }),
    ),
  );
  const options = {
    lanes: LANES,
    cohorts: new Map([['class', Int32Array.from({ length: LANES }, (_, lane) => (lane % 50 === 0 ? -1 : lane % 7))]]),
    calendar: new Calendar(
      { holiday: new Set([AS_OF - 3]) },
      { leave: new Map([5, 600, 1_299].map((lane) => [lane, [[AS_OF - 4, AS_OF - 2]]])) },
    ),
  };

  // `evaluate` compares the WebAssembly with the plain machine, over days of one width and over mixed ones.
  it.each([
    ['small values', 9],
    ['values beyond int16', 100_000_000],
  ])('agrees with the plain one: %s', (_, largest) => {
    const judged = evaluate(rules, rows(largest), options);
    const firing = rules.map((_rule, i) => judged.levels(i).filter((level) => level > 0 && level < 255).length);
    expect(firing.filter((n) => n > 0 && n < LANES).length).toBeGreaterThan(20);
  });
});
