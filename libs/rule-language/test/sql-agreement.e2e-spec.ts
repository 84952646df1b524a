import fc from 'fast-check';
import pg from 'pg';
import { cloneDatabase } from '#testing';
import { compile, type Plan } from '../plan/compile.js';
import { CANNOT_SAY } from '../judge/evaluation.js';
import { Calendar } from '../plan/masks.js';
import { planSql, type Relations } from '../sql/sql.js';
import { featureParts } from '../sql/sql-features.js';
import { cohortsOf, given, LANES, type RandomWorld, rule, worldOf } from './arbitraries.js';
import { AS_OF, evaluate, METRICS } from './kit.js';

const RELATIONS: Relations = {
  ...{ cells: 'cells', students: 'students', masks: 'masks', cohorts: 'cohorts', eligible: 'eligible' },
};

describe('the machine and plain SQL', () => {
  let database: Awaited<ReturnType<typeof cloneDatabase>>;
  let client: pg.Client;

  beforeAll(async () => {
    database = await cloneDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`
      SET jit = off;
      CREATE TEMP TABLE cells (metric int2, day int, ordinal int, value int);
      CREATE TEMP TABLE students AS SELECT generate_series(0, ${LANES - 1}) AS ordinal;
      CREATE TEMP TABLE masks (mask text, ordinal int, first_day int, last_day int);
      CREATE TEMP TABLE cohorts (name text, ordinal int, cohort int);
      CREATE TEMP TABLE eligible (rule int, ordinal int);`);
  });

  afterAll(async () => {
    await client?.end();
    await database?.drop();
  });

  const insert = async (table: string, types: string[], rows: readonly (readonly unknown[])[]): Promise<void> => {
    const columns = types.map((_, column) => rows.map((row) => row[column]));
    const list = types.map((type, i) => `$${i + 1}::${type}[]`);
    await client.query(`INSERT INTO ${table} SELECT * FROM unnest(${list.join(', ')})`, columns);
  };

  const load = async (world: RandomWorld, plan: Plan, eligible: number[]): Promise<void> => {
    await client.query('TRUNCATE cells, masks, cohorts, eligible');
    const cells = world.rows.map(([lane, code, day, stored]) => [METRICS.get(code)!.number, AS_OF + day, lane, stored]);
    await insert('cells', ['int2', 'int', 'int', 'int'], cells);
    const forAll = Object.entries(world.forAll).flatMap(([mask, days]) =>
      [...days].map((day) => [mask, null, day, day]),
    );
    const byLane = Object.entries(world.byLane).flatMap(([mask, lanes]) =>
      [...lanes].flatMap(([lane, ranges]) => ranges.map(([from, to]) => [mask, lane, from, to])),
    );
    await insert('masks', ['text', 'int', 'int', 'int'], [...forAll, ...byLane]);
    const cohorts = [...cohortsOf(world, plan)].flatMap(([name, numbers]) =>
      [...numbers].map((cohort, lane) => [name, lane, cohort]),
    );
    const known = cohorts.filter(([, , cohort]) => (cohort as number) >= 0);
    await insert('cohorts', ['text', 'int', 'int'], known);
    await insert(
      'eligible',
      ['int', 'int'],
      eligible.map((lane) => [0, lane]),
    );
  };

  /** By student; null = cannot say. Of `clears` 0 = no, 1 = yes, 2 = cannot say. */
  const judgedBySql = async (plan: Plan): Promise<{ levels: (number | null)[]; clears: number[] }> => {
    const { rows } = await client.query<{ ordinal: number; level: number; clears?: number }>(
      planSql(plan, RELATIONS)[0]!,
    );
    const levels = new Array<number | null>(LANES).fill(0);
    const clears = new Array<number>(LANES).fill(0);
    for (const row of rows) {
      levels[row.ordinal] = row.level === CANNOT_SAY ? null : row.level;
      clears[row.ordinal] = row.clears ?? 0;
    }
    return { levels, clears };
  };

  /** By student; null = missing. */
  const valuesBySql = async (plan: Plan): Promise<(number | null)[]> => {
    const planned = plan.features.get(plan.rules[0]!.features.x!)!;
    const { agg, rank, default: fallback = null } = planned.feature;
    const none = agg === 'count' && planned.days && !rank ? 0 : fallback;
    const values = new Array<number | null>(LANES).fill(none);
    const parts = featureParts(planned, RELATIONS, 'x');
    if (parts.length === 0) return values;
    const withs = parts.map(({ name, body }) => `"${name}" AS (${body})`).join(', ');
    const { rows } = await client.query<{ ordinal: number; value: number }>(
      `WITH ${withs} SELECT ordinal, value FROM "x" WHERE value IS NOT NULL`,
    );
    for (const { ordinal, value } of rows) values[ordinal] = value;
    return values;
  };

  it('give every student the same level and the same number, to the bit', async () => {
    await fc.assert(
      fc.asyncProperty(given, rule, fc.uint8Array({ minLength: LANES, maxLength: LANES, max: 1 }), async (...all) => {
        const [one, judged, chosen] = all;
        const world = worldOf(one);
        const plan = compile([judged], METRICS, world.moment);
        const judgedLanes = [...Array(LANES).keys()].filter((lane) => !judged.students || chosen[lane] === 1);
        await load(world, plan, judgedLanes);

        const evaluation = evaluate([judged], world.rows, {
          lanes: LANES,
          moment: world.moment,
          calendar: new Calendar(world.forAll, world.byLane),
          cohorts: cohortsOf(world, plan),
          ...(judged.students && { judged: new Map([[0, judgedLanes]]) }),
        });
        const levels = [...evaluation.levels(0)].map((level) => (level === CANNOT_SAY ? null : level));
        const bySql = await judgedBySql(plan);
        expect(bySql.levels).toEqual(levels);
        // Whom and when the rule is not for is nobody's question.
        const inForce = plan.rules[0]!.steps.length > 0;
        const clears = [...(evaluation.clears(0) ?? [])];
        if (inForce) for (const lane of judgedLanes) expect(bySql.clears[lane]).toBe(clears[lane] ?? 0);
        const { values } = evaluation.feature(plan.rules[0]!.features.x!);
        expect(await valuesBySql(plan)).toEqual([...values].map((value) => (Number.isNaN(value) ? null : value)));
      }),
      { numRuns: 250 },
    );
  }, 60_000);
});
