import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AddressInfo } from 'node:net';
import autocannon from 'autocannon';
import pg from 'pg';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#config';
import { PERMISSIONS } from '#contracts';
import { createApp } from '#service';
import { TestIssuer } from '#testing';
import { services } from '../apps/campus/src/services.js';
import { type BenchCampus, makeCampus } from './http-campus.js';
import type { PeerScript, Statement } from './http-peer.js';
import { atLeast, inTurns, pool, type Result, servers } from './kit.js';

const SECONDS = 6;
const CONNECTIONS = 32;
const RUNS = 3;
export const LIST = '/early-warning/v1/warnings?status=open';
export const LEAVES = '/affairs/v1/leaves';
const FIRST_HOUR = Date.now() + 14 * 86_400_000;

/**
 * A counselor's scoped list of open warnings, and a student's submission of a leave, against bare Fastify and pg that run the very
 * statements our process was seen to run: same order, same transactions, same database. Requests per second, taken in turns.
 */
export async function http(): Promise<Result> {
  const own = await servers(services);
  const admin = pool(own.databaseUrl);
  const issuer = await TestIssuer.create();
  const children: ChildProcess[] = [];
  try {
    const settings = { jwksUrl: issuer.jwksUrl, baseUrl: 'http://yizhan.bench', demo: true };
    const config = own.config(settings);
    await seedRules(config);
    const campus = await makeCampus(admin);
    const token = (sub: string): Promise<string> =>
      issuer.sign(config.issuer, { client_id: 'bench', sub, scope: Object.keys(PERMISSIONS).join(' ') });
    const counselor = await token(campus.counselorId);
    const students = await Promise.all(campus.ownStudentIds.map(async (id) => ({ id, token: await token(id) })));
    const script = await record(own.config({ ...settings, roles: ['api'] }), campus, counselor, students[0]!.token);
    const ours = await child(children, new URL('../apps/campus/src/main.js', import.meta.url), environment(config));
    const peer = await child(children, new URL('./http-peer.js', import.meta.url), {}, script);
    const clear = (): Promise<unknown> => admin.query('TRUNCATE affairs.leave CASCADE');
    const rates = await inTurns(RUNS, {
      'list, ours': () => load(ours + LIST, { headers: { authorization: `Bearer ${counselor}` } }),
      'list, peer': () => load(`${peer}/list`, {}),
      'leave, ours': async () => {
        await clear();
        return load(ours + LEAVES, {
          method: 'POST',
          setupRequest: leaveRequests((n) => ourLeave(students[n % students.length]!.token, n, students.length)),
        });
      },
      'leave, peer': async () => {
        await clear();
        return load(`${peer}/leave`, {
          method: 'POST',
          setupRequest: leaveRequests((n) => peerLeave(students[n % students.length]!.id, n, students.length)),
        });
      },
    });
    return {
      rows: Object.entries(rates).map(([id, value]) => ({ id, value, unit: 'requests/s' })),
      ratios: [
        atLeast('list of open warnings, ours / bare Fastify + pg', rates['list, ours']!, rates['list, peer']!, 0.5),
        atLeast('leave submission, ours / bare Fastify + pg', rates['leave, ours']!, rates['leave, peer']!, 0.5),
      ],
    };
  } finally {
    for (const process of children) process.kill('SIGKILL');
    await admin.end();
    await issuer.close();
    await own.stop();
  }
}

/** A start of the house writes the shipped rules and metrics. */
async function seedRules(config: Config): Promise<void> {
  const app = await createApp(services, config);
  await app.close();
}

/** The SQL of one request of each kind, as the driver sent it. */
async function record(config: Config, campus: BenchCampus, counselor: string, student: string): Promise<PeerScript> {
  const app = await createApp(services, config);
  await app.listen(0, '127.0.0.1');
  try {
    const list = await statementsOf(app, LIST, { headers: { authorization: `Bearer ${counselor}` } });
    const before = Date.now();
    const form = leaveForm(0, campus.ownStudentIds.length);
    const leave = await statementsOf(app, LEAVES, ourLeave(student, 0, campus.ownStudentIds.length));
    const ids = JSON.stringify(leave).match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? [];
    const freshIds = [...new Set(ids)].filter((id) => parseInt(id.replace('-', '').slice(0, 12), 16) >= before);
    return {
      databaseUrl: config.databaseUrl,
      list,
      leave,
      freshIds,
      recorded: { student: campus.ownStudentIds[0]!, startsAt: form.startsAt, endsAt: form.endsAt },
    };
  } finally {
    await app.close();
  }
}

async function statementsOf(app: NestFastifyApplication, path: string, request: RequestInit): Promise<Statement[]> {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const ask = async (): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, request);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  // The first request fills the caches (keys, revocations); leaves must not be asked for twice.
  if (request.method !== 'POST') await ask();
  const seen: Statement[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [text, values] = args;
    if (typeof text === 'string' && !text.includes('events.'))
      seen.push({ text, values: Array.isArray(values) ? values : [] });
    return (query as (...all: unknown[]) => unknown).apply(this, args);
  } as typeof query;
  try {
    await ask();
  } finally {
    pg.Client.prototype.query = query;
  }
  return seen;
}

/** One hour of leave; every student gets another hour each round, so that leaves never collide. */
export function leaveForm(
  n: number,
  students: number,
): { kind: string; startsAt: string; endsAt: string; reason: string; destination: string } {
  const start = new Date(Math.ceil(FIRST_HOUR / 3_600_000) * 3_600_000 + Math.floor(n / students) * 3_600_000);
  const end = new Date(start.getTime() + 3_600_000);
  return {
    kind: 'personal',
    startsAt: start.toISOString(),
    endsAt: end.toISOString(),
    reason: 'Bench',
    destination: 'Bench',
  };
}

function ourLeave(
  token: string,
  n: number,
  students: number,
): { method: 'POST'; headers: Record<string, string>; body: string } {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify(leaveForm(n, students)) };
}

function peerLeave(
  student: string,
  n: number,
  students: number,
): { method: 'POST'; headers: Record<string, string>; body: string } {
  const { startsAt, endsAt } = leaveForm(n, students);
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ student, startsAt, endsAt }),
  };
}

function leaveRequests(
  make: (n: number) => { headers: Record<string, string>; body: string },
): (request: object) => object {
  let n = 1;
  return (request) => ({ ...request, ...make(n++) });
}

interface Load {
  method?: 'POST';
  headers?: Record<string, string>;
  setupRequest?: (request: object) => object;
}

async function load(url: string, { method, headers, setupRequest }: Load): Promise<number> {
  const { pathname, search, origin } = new URL(url);
  const result = await autocannon({
    url: origin,
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: [
      {
        path: pathname + search,
        ...(method && { method }),
        ...(headers && { headers }),
        ...(setupRequest && { setupRequest: setupRequest as never }),
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${JSON.stringify(result.statusCodeStats)}, ${result.errors} failed`);
  return result.requests.average;
}

export function environment(config: Config): Record<string, string> {
  return {
    DATABASE_URL: config.databaseUrl,
    REDIS_URL: config.redisUrl,
    REDIS_PREFIX: config.redisPrefix,
    BASE_URL: config.origin,
    JWKS_URL: config.jwksUrl!,
    SECRET_KEY_FILE: config.secretKeyFile!,
    RATE_LIMIT_PER_MINUTE: '100000000',
    LOG_LEVEL: 'error',
    YIZHAN_DEMO: 'true',
    PORT: '0',
  };
}

/** Starts a program of its own process; answers its origin. */
export async function child(
  children: ChildProcess[],
  script: URL,
  env: Record<string, string>,
  message?: object,
): Promise<string> {
  const forked = fork(fileURLToPath(script), { env: { PATH: process.env['PATH'], ...env } });
  children.push(forked);
  if (message) forked.send(message);
  const [ready] = (await once(forked, 'message')) as [{ port: number }];
  return `http://127.0.0.1:${ready.port}`;
}
