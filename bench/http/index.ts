import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import pg from 'pg';
import type { Config } from '#config';
import { PERMISSIONS } from '#contracts';
import { createApp } from '#service';
import { TestIssuer } from '#testing';
import { services } from '../../apps/campus/src/services.js';
import { atLeast, inTurns, pool, type Ratio, type Result, type Servers, servers } from '../kit.js';
import { type BenchCampus, makeCampus } from './campus.js';
import { earlierBuild, migrateEarlier } from './earlier.js';
import { ask, child, environment, load } from './load.js';
import { PEER_SCHEMA } from './peer-schema.js';
import { type Contender, type Endpoint, endpointsOf, type Tokens } from './requests.js';

const RUNS = 3;

/**
 * Requests per second of the endpoints that are asked most, in turns: ours; bare Fastify and pg with SQL written by hand for the same
 * answers (peer.ts); and an earlier build of ours, where there is one. Each on a database of its own with the same campus. First the
 * answers are compared. `--students` (2,000), `--only` names of endpoints, `--runs`, `--no-earlier`.
 */
export async function http(): Promise<Result> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      students: { type: 'string', default: '2000' },
      runs: { type: 'string', default: String(RUNS) },
      only: { type: 'string' },
      earlier: { type: 'boolean', default: true },
    },
    allowNegative: true,
  });
  const own = await servers(services);
  const issuer = await TestIssuer.create();
  const children: ChildProcess[] = [];
  const pools: pg.Pool[] = [];
  const poolOf = (url: string): pg.Pool => {
    const made = pool(url, 4);
    pools.push(made);
    return made;
  };
  try {
    const at = new Date(Math.floor(Date.now() / 60_000) * 60_000);
    const students = Number(values.students);
    const settings = { jwksUrl: issuer.jwksUrl, baseUrl: 'http://yizhan.bench', demo: true };
    const config = own.config(settings);
    await (await createApp(services, config)).close();
    const ours = poolOf(own.databaseUrl);
    const campus = await makeCampus(ours, students, at);
    const tokens: Tokens = new Map();
    const renew = (): Promise<void> => renewTokens(tokens, issuer, config, campus);
    await renew();
    const main = new URL('../../apps/campus/src/main.js', import.meta.url);

    const peerUrl = await copyOf(own, ours, 'peer');
    const peer = poolOf(peerUrl);
    await peer.query(PEER_SCHEMA);
    await peer.query('ANALYZE');
    const contenders: Contender[] = [
      { name: 'ours', origin: await child(children, main, environment(config)), pool: ours, tokens },
      {
        name: 'peer',
        origin: await child(children, new URL('./peer.js', import.meta.url), {}, { databaseUrl: peerUrl }),
        pool: peer,
      },
    ];
    const folder = values.earlier ? earlierBuild() : undefined;
    if (folder) {
      const url = await newDatabase(own, 'earlier');
      migrateEarlier(folder, url);
      const env = { ...environment(own.config(settings)), DATABASE_URL: url };
      const origin = await child(children, `${folder}/dist/apps/campus/src/main.js`, env);
      const earlier = poolOf(url);
      await makeCampus(earlier, students, at);
      contenders.push({ name: 'earlier', origin, pool: earlier, tokens });
    }
    const endpoints = endpointsOf(campus).filter(({ name }) => !values.only || values.only.split(',').includes(name));
    for (const endpoint of endpoints) await compare(endpoint, contenders);
    const rates: Record<string, number> = {};
    for (const endpoint of endpoints)
      Object.assign(rates, await measure(endpoint, contenders, Number(values.runs), renew));
    return {
      rows: Object.entries(rates).map(([id, value]) => ({ id, value, unit: 'requests/s' })),
      ratios: endpoints.flatMap((endpoint) => ratiosOf(endpoint, rates, folder !== undefined)),
    };
  } finally {
    for (const process of children) process.kill('SIGKILL');
    for (const one of pools) await one.end().catch(() => undefined);
    await issuer.close();
    await own.stop();
  }
}

async function measure(
  endpoint: Endpoint,
  contenders: Contender[],
  runs: number,
  renew: () => Promise<void>,
): Promise<Record<string, number>> {
  const run = async (contender: Contender): Promise<number> => {
    await renew();
    await endpoint.before?.(contender);
    const work = endpoint.loadOf(contender)!;
    const begun = performance.now();
    const rate = await load(contender.origin, work, contender.name === 'earlier');
    await settled(contender);
    return endpoint.untilHandled && 'count' in work ? (work.count * 1_000) / (performance.now() - begun) : rate;
  };
  const taking = contenders.filter(({ name }) => name !== 'peer' || endpoint.ofPeer !== undefined);
  return inTurns(
    runs,
    Object.fromEntries(taking.map((contender) => [`${endpoint.name}, ${contender.name}`, () => run(contender)])),
  );
}

/** Until the events of a load are handled, which nobody does for the peer, and PostgreSQL is done with what nobody waits for any more. */
async function settled({ name, pool }: Contender): Promise<void> {
  const open = 'SELECT EXISTS (SELECT FROM events.delivery WHERE handled_at IS NULL AND dead_at IS NULL) AS open';
  const busy = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
    AND pid <> pg_backend_pid() AND now() - query_start > interval '100 milliseconds') AS open`;
  for (const question of name === 'peer' ? [busy] : [open, busy])
    while ((await pool.query<{ open: boolean }>(question)).rows[0]!.open) await wait(20);
}

function ratiosOf({ name, ofPeer, ofEarlier }: Endpoint, rates: Record<string, number>, earlier: boolean): Ratio[] {
  const rate = (contender: string): number => rates[`${name}, ${contender}`]!;
  return [
    ...(ofPeer ? [atLeast(`${name}: ours / by hand`, rate('ours'), rate('peer'), ofPeer)] : []),
    ...(earlier && ofEarlier ? [atLeast(`${name}: ours / earlier`, rate('ours'), rate('earlier'), ofEarlier)] : []),
  ];
}

/** Throws where an answer is another one than the peer's. */
async function compare(endpoint: Endpoint, contenders: Contender[]): Promise<void> {
  const answers = new Map<string, unknown>();
  for (const contender of contenders) {
    const request = endpoint.sample?.(contender);
    if (request) answers.set(contender.name, shape(await ask(contender.origin, request)));
  }
  const [ours, peer, earlier] = ['ours', 'peer', 'earlier'].map((name) => answers.get(name));
  if (peer !== undefined && !isDeepStrictEqual(ours, peer))
    throw new Error(
      `${endpoint.name}: ours ${JSON.stringify(ours).slice(0, 1500)}\n\nby hand ${JSON.stringify(peer).slice(0, 1500)}`,
    );
  if (earlier !== undefined && !isDeepStrictEqual(ours, earlier))
    process.stdout.write(`  ${endpoint.name}: the earlier build's answer has another shape\n`);
}

/** What only ours says: what one may do, from rules that the peer has not. */
const OURS_ALONE = new Set(['actions']);

/** An answer without what differs from process to process: the seal of a cursor, and the order of properties. */
function shape(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) => {
    if (OURS_ALONE.has(key)) return undefined;
    return key === 'nextCursor' ? value !== null : value;
  });
}

/** A token of the bench's issuer is good for five minutes. */
async function renewTokens(tokens: Tokens, issuer: TestIssuer, config: Config, campus: BenchCampus): Promise<void> {
  const scope = Object.keys(PERMISSIONS).join(' ');
  await Promise.all(
    [campus.counselorId, campus.officerId, ...campus.ownStudentIds, 'bench'].map(async (sub) =>
      tokens.set(sub, await issuer.sign(config.issuer, { client_id: 'bench', sub, scope })),
    ),
  );
}

async function newDatabase(own: Servers, name: string, template?: string): Promise<string> {
  const admin = new pg.Client({ connectionString: urlOf(own, 'postgres') });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${name}${template ? ` TEMPLATE "${template}"` : ''}`);
  } finally {
    await admin.end();
  }
  return urlOf(own, name);
}

/** A copy of our database; nobody else may be connected to it meanwhile. */
async function copyOf(own: Servers, ours: pg.Pool, name: string): Promise<string> {
  const { rows } = await ours.query<{ name: string }>('SELECT current_database() AS name');
  const admin = new pg.Client({ connectionString: urlOf(own, 'postgres') });
  await admin.connect();
  ours.on('error', () => undefined);
  await admin.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
    [rows[0]!.name],
  );
  await admin.end();
  return newDatabase(own, name, rows[0]!.name);
}

function urlOf({ databaseUrl }: Servers, database: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${database}`;
  return url.href;
}
