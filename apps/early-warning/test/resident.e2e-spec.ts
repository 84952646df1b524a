import { StudentErasedV1 } from '#contracts';
import { sql } from '#database';
import type { Rule } from '#rule-language';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { Cohorting } from '../src/engine/cohorts.js';
import { Engine } from '../src/engine/engine.js';
import { foldDirty, rebuildVectors } from '../src/engine/folding.js';
import { VectorStore } from '../src/engine/vector-store.js';
import { Config } from '#config';
import { Policies } from '#policy';
import { daysAgo, holdSchedules, observe, tell } from './kit.js';

const text = { zh: '测试', en: 'test' };
const RULES: Rule[] = [
  ['sum', { metric: 'library_visits', agg: 'sum', window: '7d', default: 0 }, 3],
  ['last', { metric: 'failed_credits', agg: 'last', window: 'all' }, 2],
  ['place', { metric: 'library_visits', agg: 'sum', window: '14d', rank: { cohort: 'college', minCohort: 2 } }, 50],
].map(([id, x, bound]) => ({
  ...{ id: id as string, title: text, reason: text, level: 'yellow' as const },
  features: { x: x as Rule['features'][string] },
  when: { ge: [{ f: 'x' }, bound as number] as [{ f: string }, number] },
}));

describe('the vectors in memory', () => {
  let test: TestApp;
  let app: Client;
  let resident: Engine;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    app = await test.client();
    resident = test.app.get(Engine);
  });
  afterAll(() => test.close());

  /** Levels and evidence of all rules and students, after folding. */
  async function judged(engine: Engine): Promise<unknown> {
    await test.database.transaction(null, foldDirty);
    return test.database.read(async (tx) => {
      const rules = RULES.map((definition) => ({ number: 1, definition }));
      return engine.evaluate(tx, { rules, asOf: daysAgo(0) }, async (firings) => {
        const lanes = [...firings.population];
        const found = await Promise.all(
          RULES.map(async (_, i) => {
            const evidence = await firings.evidence(tx, i, lanes, firings.levels(i));
            return evidence.map(({ level, features }) => ({ level, features }));
          }),
        );
        return { levels: RULES.map((_, i) => [...firings.levels(i)]), found };
      });
    });
  }

  /** What an engine says that has read nothing yet. */
  async function cold(): Promise<unknown> {
    const store = new VectorStore(test.app.get(Config));
    try {
      return await judged(new Engine(test.clock, test.app.get(Policies), store, new Cohorting()));
    } finally {
      await store.onApplicationShutdown();
    }
  }

  async function isAsCold(): Promise<unknown> {
    const now = await judged(resident);
    expect(now).toEqual(await cold());
    await test.database.transaction(null, rebuildVectors);
    expect(now).toEqual(await cold());
    expect(now).toEqual(await judged(resident));
    return now;
  }

  it('are those of the database after new, late and corrected data, and after an erasure', async () => {
    const states: unknown[] = [];
    await observe(app, [
      [0, 'library_visits', daysAgo(1), 4],
      [1, 'library_visits', daysAgo(2), 1],
      [2, 'failed_credits', daysAgo(3), 2.5],
    ]);
    states.push(await isAsCold());
    await observe(app, [
      [1, 'library_visits', daysAgo(5), 3],
      [2, 'failed_credits', daysAgo(1), 1],
      [5, 'library_visits', daysAgo(2), 9],
    ]);
    states.push(await isAsCold());
    const keyed = (batchKey: string, value: number | null) => ({
      ...{ source: 'test', batchKey },
      observations: [{ studentNumber: '2024000003', metric: 'library_visits', day: daysAgo(1), value, key: 'v-1' }],
    });
    for (const [batch, value] of [
      ['k1', 5],
      ['k2', 1],
      ['k3', null],
    ] as const) {
      await app.post('/early-warning/v1/observations/batches', keyed(batch, value)).expect(200);
      states.push(await isAsCold());
    }
    await tell(test, [new StudentErasedV1(campus.students[0]!)]);
    states.push(await isAsCold());
    // All differ but one: withdrawing the record leads back to the state before it.
    expect(new Set(states.map((state) => JSON.stringify(state))).size).toBe(states.length - 1);
    const left = await test.query(
      sql`SELECT 1 FROM early_warning.student_ordinal WHERE student_id = ${campus.students[0]}`,
    );
    expect(left).toEqual([]);
  });

  it('shows a rule as a statement of SQL', async () => {
    const [rule] = await test.query<{ id: string }>(
      sql`SELECT id FROM early_warning.rule WHERE code = 'dorm.not-returned'`,
    );
    const { body } = await app.get(`/early-warning/v1/rules/${rule!.id}/sql?asOf=${daysAgo(1)}`).expect(200);
    expect(body.sql).toContain('early_warning.cell');
    expect(await test.query(sql([body.sql]))).toEqual([]);
  });
});
