import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { compile, type Rule } from '#rule-language';
import { services } from '../../apps/campus/src/services.js';
import { atLeast, atMost, median, type Ratio, type Result, type Row, servers } from '../kit.js';
import { besideTheEngine } from './beside.js';
import { AS_OF, loadPostgres, METRICS, type Size, writeParquet } from './data.js';
import { growth } from './growth.js';
import { ingest } from './ingest.js';
import { latency } from './latency.js';
import { Ours } from './ours.js';
import {
  differences,
  factsOf,
  type Firings,
  fusedDuckDb,
  fusedSql,
  jsonRules,
  perRuleSql,
  tune,
  zenRules,
} from './peers.js';
import { writePlot } from './plot.js';
import { hundredRules, thirtyRules } from './rules.js';

const SIZE: Size = { students: 50_000, days: 60 };
/** Students that the engines which take one at a time are timed on. */
const SAMPLE = 500;
const RESIDENT_TIMES = 60;
const SETTINGS = { shared_buffers: '4GB', max_wal_size: '8GB' };
const MOMENT = { asOf: AS_OF, elapsedHours: 24, parameters: {} };

const said = (text: string): unknown => process.stdout.write(`  ${text}\n`);

/**
 * The warning engine against ready-made ways to the same answer, all in one run: 50,000 students × 12 metrics × 60 days. Everybody
 * must find the same (rule, student) pairs, or the run fails.
 */
export async function engine(): Promise<Result> {
  const rows: Row[] = [];
  const ratios: Ratio[] = [];
  const take = (result: Result): void => {
    rows.push(...result.rows);
    ratios.push(...result.ratios);
  };
  const folder = await mkdtemp(join(tmpdir(), 'yizhan-engine-'));
  const own = await servers(services, SETTINGS);
  try {
    const ours = await Ours.load(own, SIZE);
    said('our tables are loaded');
    const peers = await peerDatabase(own.databaseUrl);
    await loadPostgres(peers, SIZE);
    const parquet = await writeParquet(folder, SIZE);
    said("the peers' tables are loaded");
    for (const rules of [thirtyRules(), hundredRules()]) take(await compare(rules, ours, peers, parquet));
    await peers.end();
    take(await backtests(ours));
    take(await besideTheEngine(own, ours, hundredRules()));
    await ours.close();
  } finally {
    await own.stop();
    await rm(folder, { recursive: true, force: true });
  }
  take(await latency());
  take(await ingest());
  take(await growth());
  await writePlot('docs/engine-bench.svg', rows);
  return { rows, ratios };
}

async function peerDatabase(url: string): Promise<pg.Client> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query('CREATE DATABASE peers');
  await admin.end();
  const client = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, '/peers') });
  await client.connect();
  await tune(client);
  return client;
}

async function compare(rules: Rule[], ours: Ours, peers: pg.Client, parquet: string): Promise<Result> {
  const { students } = SIZE;
  const n = rules.length;
  const plan = compile(rules, METRICS, MOMENT);
  const seconds: Record<string, number> = {};
  const expected = (await ours.evaluate(rules)).firings;
  const same = (who: string, found: Firings, among?: number[]): void => {
    const wrong = differences(expected, found, students, among);
    if (wrong > 0) throw new Error(`${who} differs from ours in ${wrong} (rule, student) pairs of ${n} rules`);
  };
  const take = (who: string, taken: number[]): void => {
    seconds[who] = median(taken);
    said(`${n} rules: ${who} ${seconds[who].toFixed(4)} s`);
  };
  const time = async (who: string, times: number, run: () => Promise<{ seconds: number; firings: Firings }>) => {
    const taken: number[] = [];
    for (let i = 0; i < times; i++) {
      const result = await run();
      same(who, result.firings);
      taken.push(result.seconds);
    }
    take(who, taken);
  };
  // One after the other, as runs are; what they find is compared before and after.
  const resident: number[] = [];
  for (let i = 0; i < RESIDENT_TIMES; i++) resident.push(await ours.judge(rules));
  same('ours, again', (await ours.evaluate(rules)).firings);
  take('ours, resident', resident);
  await time('ours, cold from PostgreSQL', 3, async () => {
    const fresh = await ours.fresh();
    try {
      return await fresh.evaluate(rules);
    } finally {
      await fresh.close();
    }
  });
  await time('DuckDB over Parquet, fused', 3, () => fusedDuckDb(parquet, plan, students));
  await time('PostgreSQL, fused over wide rows', 1, () => fusedSql(peers, plan, students));
  await time('PostgreSQL, one statement per rule', 1, () => perRuleSql(peers, plan, students));
  const facts = await factsOf(peers, plan, students, SAMPLE);
  const sample = facts.sample.map(({ student }) => student);
  for (const [who, run] of [['json-rules-engine', jsonRules] as const, ['zen-engine', zenRules] as const]) {
    const result = await run(plan, facts, students);
    same(who, result.firings, sample);
    // Facts for everybody in bulk, and the engine's time for the sample as if for everybody.
    seconds[who] = facts.seconds + (result.seconds * students) / sample.length;
    said(`${n} rules: ${who} ${seconds[who].toFixed(1)} s (extrapolated from ${sample.length} students)`);
  }
  const of = (who: string): number => seconds[who]!;
  const ourTime = of('ours, resident');
  const rows = Object.entries(seconds).map(([who, value]) => ({ id: `${n} rules: ${who}`, value, unit: 's' }));
  const over = (who: string, least: number): Ratio =>
    atLeast(`${n} rules: ${who} / ours, resident`, of(who), ourTime, least);
  if (n < 100) return { rows, ratios: [] };
  return {
    rows,
    ratios: [
      atMost(`${n} rules: ours, resident, in seconds`, ourTime, 1, 0.2),
      atMost(`${n} rules: ours, cold, in seconds`, of('ours, cold from PostgreSQL'), 1, 0.8),
      over('DuckDB over Parquet, fused', 50),
      over('PostgreSQL, one statement per rule', 700),
      over('json-rules-engine', 500),
    ],
  };
}

/** One rule of each sort, as of 120 days. */
async function backtests(ours: Ours): Promise<Result> {
  const [threshold, deviation, percentile] = [0, 12, 20].map((i) => thirtyRules()[i]!);
  const rows: Row[] = [];
  for (const [sort, rule] of Object.entries({ threshold, deviation, percentile })) {
    const value = await ours.backtest(rule!, 120);
    rows.push({ id: `backtest of 120 days: ${sort}`, value, unit: 's' });
    said(`backtest of 120 days: ${sort} ${value.toFixed(2)} s`);
  }
  const longest = Math.max(...rows.map(({ value }) => value));
  return { rows, ratios: [atMost('backtest of 120 days, in seconds', longest, 1, 2)] };
}
