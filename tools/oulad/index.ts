import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config } from '#config';
import { Database, migrate } from '#database';
import { createApp, listen, migrationSets } from '#service';
import { services } from '../../apps/campus/src/services.js';
import { Vault } from '#vault';
import { seedDemoLogin } from '../../apps/directory/src/login/demo.js';
import { Api } from '../demo/api.js';
import { freePort } from '../local/processes.js';
import { startPostgres } from '../local/postgres.js';
import { startRedis } from '../local/redis.js';
import { type Oulad, presentationsOf, readOulad } from './data.js';
import { dateOf, observationsOf, rosterOf } from './import-files.js';
import { showRisk } from './risk.js';

/**
 * `npm run demo:oulad -- <folder> [--presentation 2014J …]`: real, anonymised students. Brings the Open University Learning Analytics
 * Dataset in through the import endpoints of a house of its own, and judges the presentations (all, unless named) with one rule through
 * the engine that judges live rules. With `--risk` it trains the risk model instead, and needs no house.
 */
const DAYS = [30, 60, 90, 120, 150];
const BATCH = 10_000;

/** Registrations, precision, recall, F1 and share flagged that were computed independently of this project, by presentation and day. */
const REFERENCE: Record<string, Record<number, [number, number, number, number, number]>> = {
  '2014J': {
    30: [9_203, 0.631, 0.249, 0.357, 0.16],
    60: [8_818, 0.658, 0.365, 0.469, 0.211],
    90: [8_533, 0.674, 0.418, 0.516, 0.224],
    120: [8_260, 0.718, 0.518, 0.602, 0.245],
    150: [8_010, 0.728, 0.594, 0.654, 0.26],
  },
};

/** At least one due assessment missing, or a mean score below 40. */
const RULE = {
  id: 'oulad.behind',
  title: { zh: '缺交作业或均分过低', en: 'Work missing or mean score low' },
  features: {
    due: { metric: 'assessment_due', agg: 'sum', window: 'all', default: 0 },
    submitted: { metric: 'assessment_submitted', agg: 'sum', window: 'all', default: 0 },
    points: { metric: 'score_points', agg: 'sum', window: 'all' },
    scores: { metric: 'score_count', agg: 'sum', window: 'all' },
  },
  level: 'yellow',
  when: {
    any: [
      { ge: [{ sub: [{ f: 'due' }, { f: 'submitted' }] }, 1] },
      { lt: [{ f: 'points' }, { mul: [40, { f: 'scores' }] }] },
    ],
  },
  onNoData: 'false',
  reason: { zh: '应交 {due} 次，已交 {submitted} 次', en: '{due} due, {submitted} handed in' },
};

interface DayResult {
  presentation: string;
  day: number;
  n: number;
  precision: number;
  recall: number;
  f1: number;
  flagged: number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(folder: string, asked: string[]): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'yizhan-oulad-'));
  await chmod(home, 0o711);
  const postgres = await startPostgres({ dataDir: join(home, 'postgres'), persistent: false, onProgress: say });
  const redis = await startRedis({ dir: join(home, 'redis'), aof: false, onProgress: say });
  try {
    const data = await readOulad(folder);
    const presentations = presentationsOf(data, asked);
    const app = await house(home, postgres.url, redis.url);
    const api = new Api(app.get(Config).origin, 'app');
    say(
      `${data.registrations.length} registrations, ${data.registrations.reduce((n, r) => n + r.submissions.length, 0)} submissions read`,
    );
    const importSeconds = await seconds(() => bringIn(api, home, data));
    const days: DayResult[] = [];
    const evaluateSeconds = await seconds(async () => {
      for (const presentation of presentations) days.push(...(await evaluate(api, data, presentation)));
    });
    printTable(days);
    const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
    say(`import ${importSeconds.toFixed(1)} s, evaluation ${evaluateSeconds.toFixed(1)} s, peak memory ${peakMb} MB`);
    await app.close();
    say(JSON.stringify({ days, importSeconds: round(importSeconds), evaluateSeconds: round(evaluateSeconds), peakMb }));
  } finally {
    await redis.stop();
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  }
}

async function house(home: string, databaseUrl: string, redisUrl: string): Promise<NestFastifyApplication> {
  const secretKeyFile = join(home, 'secret.key');
  await writeFile(secretKeyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
  await migrate(databaseUrl, migrationSets(services));
  const port = await freePort();
  const config = Config.of({
    databaseUrl,
    redisUrl,
    secretKeyFile,
    port,
    demo: true,
    logLevel: 'warn',
    rateLimitPerMinute: 100_000,
  });
  const app = await createApp(services, config);
  await listen(app, config);
  const { port: actual } = app.getHttpServer().address() as AddressInfo;
  if (actual !== port) throw new Error(`Port ${port} was expected, not ${actual}`);
  await app.get(Database).transaction(null, (tx) => seedDemoLogin(tx, app.get(Vault, { strict: false }), []));
  return app;
}

async function bringIn(api: Api, home: string, data: Oulad): Promise<void> {
  const file = join(home, 'roster.zip');
  await writeFile(file, await rosterOf(data));
  const job = await api.upload('/directory/v1/imports/roster', file);
  const result = await api.finish('directory', job, 'roster', progressLine());
  say(`roster imported: ${JSON.stringify(result)}`);
  let batch: object[] = [];
  let sent = 0;
  const send = async (): Promise<void> => {
    const answer = await api.post<{ accepted: number; rejected: object[] }>('/early-warning/v1/observations/batches', {
      source: 'oulad',
      batchKey: `oulad-${sent / BATCH}`,
      observations: batch,
    });
    if (answer.rejected.length > 0) throw new Error(`Rows were rejected: ${JSON.stringify(answer.rejected[0])}`);
    sent += BATCH;
    batch = [];
    if (sent % 100_000 === 0) say(`${sent} observations in`);
  };
  for (const observation of observationsOf(data)) {
    batch.push(observation);
    if (batch.length === BATCH) await send();
  }
  if (batch.length > 0) await send();
}

function progressLine(): (done: number, total: number, what: string) => void {
  let shownAt = Date.now();
  return (done, total, what) => {
    if (Date.now() - shownAt < 3_000) return;
    shownAt = Date.now();
    say(`${what}: ${done} of ${total || '?'}`);
  };
}

async function evaluate(api: Api, data: Oulad, presentation: string): Promise<DayResult[]> {
  const units = await api.all<{ id: string; code: string }>('/directory/v1/units?kind=college');
  const unitId = units.find((unit) => unit.code === presentation)?.id;
  const atRisk = new Map(data.registrations.map((r) => [r.number, r]));
  const results: DayResult[] = [];
  for (const day of DAYS) {
    const answer = await api.post<{ n: number; flagged: number; students: string[] }>(
      '/early-warning/v1/evaluations?ids=true',
      {
        rule: RULE,
        asOf: dateOf(presentation, day),
        unitId,
        // The protocol counts whoever is not unregistered by the day, late registrations too.
        includeFuture: true,
      },
    );
    const hits = answer.students.filter((number) => atRisk.get(number)?.atRisk).length;
    const all = data.registrations.filter(
      (r) => r.presentation === presentation && r.atRisk && !(r.unregistered !== null && r.unregistered <= day),
    ).length;
    const [precision, recall] = [ratio(hits, answer.flagged), ratio(hits, all)];
    const f1 = ratio(2 * precision * recall, precision + recall);
    results.push({
      presentation,
      day,
      n: answer.n,
      precision: round(precision),
      recall: round(recall),
      f1: round(f1),
      flagged: round(ratio(answer.flagged, answer.n)),
    });
  }
  return results;
}

function printTable(days: DayResult[]): void {
  say('');
  say('presentation  day  students  precision  recall  F1     flagged  independent figures                     agree');
  for (const { presentation, day, n, precision, recall, f1, flagged } of days) {
    const ours = [String(n), ...[precision, recall, f1, flagged].map((value) => value.toFixed(3))];
    const [count, ...shares] = REFERENCE[presentation]?.[day] ?? [];
    const theirs = count === undefined ? [] : [String(count), ...shares.map((value) => value.toFixed(3))];
    const agree = theirs.length === 0 ? '' : ours.join() === theirs.join() ? 'yes' : 'NO';
    const widths = [10, 11, 8, 7, 9];
    const line = `${presentation.padEnd(14)}${String(day).padEnd(5)}${ours.map((value, i) => value.padEnd(widths[i]!)).join('')}`;
    say(`${line}${(theirs.join('  ') || 'none').padEnd(40)}${agree}`.trimEnd());
  }
  say('');
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}

/** 0 where there is nothing to divide by: no one was flagged, or no one is at risk. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    presentation: { type: 'string', multiple: true, default: [] },
    risk: { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
if (!folder) {
  process.stderr.write(
    'Where is the data set? npm run demo:oulad -- <folder with studentInfo.csv.gz …> [--presentation 2014J …] [--risk]\n',
  );
  process.exit(1);
}
if (values.risk) await showRisk(folder, say);
else await main(folder, values.presentation);
process.exit(0);
