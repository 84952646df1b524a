import type { ChildProcess } from 'node:child_process';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { PERMISSIONS } from '#contracts';
import { createApp } from '#service';
import { TestIssuer } from '#testing';
import { services } from '../apps/campus/src/services.js';
import { makeCampus } from './http/campus.js';
import { child, environment } from './http/load.js';
import { leaveForm, LEAVES, LIST } from './http/requests.js';
import { atLeast, atMost, pool, type Result, servers } from './kit.js';

const CONNECTIONS = 600;
const SECONDS = 15;
/** What a running process has behind it when the many come: compiled code, open connections. */
const WARM_UP = { connections: 10, seconds: 10 };
/** Seconds in which all have come. */
const ARRIVAL = 3;
/** What a person waits for without leaving. */
const PATIENCE_MS = 1_000;
const AT_ONCE_MS = 200;
/** No limit. */
const OFF = 0;

interface Seen {
  /** Milliseconds to the answer, by whether it was taken. */
  taken: number[];
  refused: number[];
  errors: number;
}

/**
 * 600 callers that ask without a pause, three reads to a write, and wait as long as a 503 says: against the limit of requests under way,
 * and against the same process without one.
 */
export async function overload(): Promise<Result> {
  const own = await servers(services);
  const admin = pool(own.databaseUrl);
  const issuer = await TestIssuer.create();
  const children: ChildProcess[] = [];
  try {
    const settings = {
      jwksUrl: issuer.jwksUrl,
      baseUrl: 'http://yizhan.bench',
      demo: true,
      rateLimitPerMinute: 10_000_000,
    };
    const config = own.config(settings);
    await (await createApp(services, config)).close();
    const campus = await makeCampus(admin);
    const token = (sub: string): Promise<string> =>
      issuer.sign(config.issuer, { client_id: 'bench', sub, scope: Object.keys(PERMISSIONS).join(' ') });
    const counselor = await token(campus.counselorId);
    const students = await Promise.all(campus.ownStudentIds.map(token));
    const main = new URL('../apps/campus/src/main.js', import.meta.url);
    const seen: Record<string, Seen> = {};
    for (const [name, maxRequests] of [
      ['with', config.maxRequests],
      ['without', OFF],
    ] as const) {
      await admin.query('TRUNCATE affairs.leave CASCADE');
      const env = { ...environment(config), MAX_REQUESTS: String(maxRequests), RATE_LIMIT_PER_MINUTE: '10000000' };
      const url = await child(children, main, env);
      await callers(url, counselor, students, WARM_UP);
      seen[name] = await callers(url, counselor, students, { connections: CONNECTIONS, seconds: SECONDS });
      children.pop()!.kill('SIGKILL');
    }
    const [limited, unlimited] = [seen['with']!, seen['without']!];
    return {
      rows: Object.entries(seen).flatMap(([name, { taken, refused, errors }]) => [
        { id: `${name} limit: taken, p50`, value: percentile(taken, 50), unit: 'ms' },
        { id: `${name} limit: taken, p99`, value: percentile(taken, 99), unit: 'ms' },
        { id: `${name} limit: taken`, value: taken.length / SECONDS, unit: 'requests/s' },
        { id: `${name} limit: refused`, value: refused.length / SECONDS, unit: 'requests/s' },
        { id: `${name} limit: refused, p99`, value: percentile(refused, 99), unit: 'ms' },
        { id: `${name} limit: errors`, value: errors, unit: '' },
      ]),
      ratios: [
        atMost('p99 of what is taken / 1 s', percentile(limited.taken, 99), PATIENCE_MS, 1),
        atMost('p99 of a refusal / 200 ms', percentile(limited.refused, 99), AT_ONCE_MS, 1),
        atMost(
          'p99 of what is taken, with / without the limit',
          percentile(limited.taken, 99),
          percentile(unlimited.taken, 99),
          1,
        ),
        atLeast('taken a second, with / without the limit', limited.taken.length, unlimited.taken.length, 0.8),
      ],
    };
  } finally {
    for (const process of children) process.kill('SIGKILL');
    await admin.end();
    await issuer.close();
    await own.stop();
  }
}

/** Of leaves: each its own day, whoever asks. */
let n = 0;

async function callers(
  url: string,
  counselor: string,
  students: string[],
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Seen> {
  const seen: Seen = { taken: [], refused: [], errors: 0 };
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = Date.now() + seconds * 1_000;
  const one = async (_: unknown, nth: number): Promise<void> => {
    await sleep((ARRIVAL * 1_000 * nth) / connections);
    while (Date.now() < until) {
      const leave = n++;
      const began = performance.now();
      const write = leave % 4 === 3;
      const body = write ? JSON.stringify(leaveForm(leave, students.length)) : undefined;
      const bearer = write ? students[leave % students.length]! : counselor;
      const answer = await ask(agent, url + (write ? LEAVES : LIST), bearer, body).catch(() => undefined);
      const ms = performance.now() - began;
      if (!answer) seen.errors++;
      else if (answer.status === 503) {
        seen.refused.push(ms);
        await sleep(Math.min(answer.retryAfter * 1_000, until - Date.now()));
      } else seen.taken.push(ms);
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  agent.destroy();
  return seen;
}

function ask(
  agent: Agent,
  url: string,
  bearer: string,
  body?: string,
): Promise<{ status: number; retryAfter: number }> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${bearer}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const sent = request(
      url,
      { agent, method: body === undefined ? 'GET' : 'POST', headers, timeout: 60_000 },
      (response) => {
        response
          .resume()
          .once('end', () =>
            resolve({ status: response.statusCode!, retryAfter: Number(response.headers['retry-after'] ?? 1) }),
          );
      },
    );
    sent.once('error', reject).once('timeout', () => sent.destroy(new Error('timeout')));
    sent.end(body);
  });
}

function percentile(values: number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? 0);
}
