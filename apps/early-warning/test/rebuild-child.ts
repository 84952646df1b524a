import { createHash } from 'node:crypto';
import { Config } from '#config';
import { connect, Database, query } from '#database';
import { Policies } from '#policy';
import type { Rule } from '#rule-language';
import { CampusClock } from '#time';
import { Cohorting } from '../src/engine/cohorts.js';
import { Engine } from '../src/engine/engine.js';
import { foldDirty, rebuildVectors } from '../src/engine/folding.js';
import { VectorStore } from '../src/engine/vector-store.js';
import { KnownStudents } from '../src/observations/known-students.js';
import { Observations } from '../src/observations/observations.service.js';
import { vectorsOf } from './vectors.js';

/** A writer and folder that does what its parent says, and may be killed at any point of it. */
const config = Config.fromEnv();
const clock = new CampusClock(config);
const url = config.databaseUrl;
const database = new Database(await connect({ url, entities: [], poolSize: 4, applicationName: 'yizhan-rebuild' }));
const observations = new Observations(database, clock, new Policies(), new KnownStudents());
/** Keeps the vectors in memory as long as the process lives. */
const resident = engine();

function engine(): Engine {
  return new Engine(clock, new Policies(), new VectorStore(config), new Cohorting());
}

/** For every metric: at which sum of a day each student is beyond each of some bounds. */
async function levelsOf(judging: Engine): Promise<number[][]> {
  const text = { zh: '测试', en: 'test' };
  const rules = ['library_visits', 'sport_min', 'failed_credits'].flatMap((metric) =>
    [1, 5, 20, 100, 500].map((bound) => ({
      number: 1,
      definition: {
        ...{ id: `${metric}-${bound}`, title: text, reason: text, level: 'yellow' },
        features: { x: { metric, agg: 'sum', window: '7d' } },
        when: { ge: [{ f: 'x' }, bound] },
      } as Rule,
    })),
  );
  return database.read((tx) =>
    judging.evaluate(tx, { rules, asOf: '2026-11-18' }, (firings) => rules.map((_, i) => [...firings.levels(i)])),
  );
}

const orders = {
  async take({ batchKey, rows }: { batchKey: string; rows: object[] }): Promise<object> {
    const { accepted, duplicateBatch } = await observations.take(null, {
      ...{ source: 'test', batchKey, pointer: '#/', size: rows.length },
      sha256: createHash('sha256').update(JSON.stringify(rows)).digest(),
      read: (into) => rows.forEach((row, i) => into.add(i, row)),
    });
    return { took: { accepted, duplicateBatch } };
  },
  async fold(): Promise<object> {
    return { folded: await database.transaction(null, foldDirty) };
  },
  /** Folds and never commits. */
  async foldAndWait(): Promise<object> {
    return database.transaction(null, async (tx) => {
      await foldDirty(tx);
      process.send?.({ waiting: true });
      return new Promise<object>(() => undefined);
    });
  },
  async compare(): Promise<object> {
    const reader = { query: <T>(statement: Parameters<typeof query>[1]) => query<T>(database.connection, statement) };
    const before = await vectorsOf(reader);
    const kept = await levelsOf(resident);
    await database.transaction(null, rebuildVectors);
    return { compared: { before, after: await vectorsOf(reader), kept, fresh: await levelsOf(engine()) } };
  },
};

process.on('message', (message: { order: keyof typeof orders; batchKey: string; rows: object[] }) => {
  orders[message.order](message).then(
    (answer) => process.send?.(answer),
    (error: Error) => process.send?.({ failed: error.message }),
  );
});
process.send?.({ ready: true });
