import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import type { Config } from '#config';

const CONNECTIONS = 8;
/** autocannon looks once a second whether it is done: fewer requests are counted by ourselves. */
const FEW = 100;

export interface Request {
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

/** `seconds` of one request, or `count` different ones, of which some more may be made than sent. */
export type Load =
  | { seconds: number; request: Request }
  | { count: number; request: (n: number) => Request; onAnswer?: (answer: Answer) => void };

/** As far as a load looks at it. */
export interface Answer {
  id: string;
  /** Of a batch. */
  accepted: number;
}

/**
 * Puts a load on a server; returns requests per second, throws when an answer is not 2xx. One that `mayFail` is given what it has answered,
 * at least one, so that a ratio stays one.
 */
export async function load(origin: string, load: Load, mayFail = false, most = CONNECTIONS): Promise<number> {
  if ('seconds' in load) {
    const result = await autocannon({
      url: origin,
      connections: most,
      duration: load.seconds,
      requests: [load.request],
    });
    if (!mayFail) assertAnswered(load.request.path, result);
    return Math.max(result['2xx'], 1) / result.duration;
  }
  let n = 0;
  const setupRequest = (request: object): object => ({ ...request, ...load.request(n++) });
  const begun = performance.now();
  const connections = Math.min(most, load.count);
  if (load.count < FEW) {
    const next = async (): Promise<void> => {
      while (n < load.count) load.onAnswer?.(await ask<Answer>(origin, load.request(n++)));
    };
    await Promise.all(Array.from({ length: connections }, next));
    return (load.count * 1_000) / (performance.now() - begun);
  }
  const onResponse = (_status: number, body: string): void => load.onAnswer?.(JSON.parse(body) as Answer);
  const requests = [{ setupRequest, onResponse }];
  const result = await autocannon({ url: origin, connections, amount: load.count, requests });
  assertAnswered(load.request(0).path, result);
  return (load.count * 1_000) / (performance.now() - begun);
}

function assertAnswered(path: string, result: autocannon.Result): void {
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${path}: ${JSON.stringify(result.statusCodeStats)}, ${result.errors} failed`);
}

/** One answer, read as JSON. */
export async function ask<T>(origin: string, { path, method = 'GET', headers = {}, body }: Request): Promise<T> {
  const answer = await fetch(origin + path, { method, headers, ...(body !== undefined && { body }) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
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
    MAX_REQUESTS: '0',
    LOG_LEVEL: 'error',
    YIZHAN_DEMO: 'true',
    PORT: '0',
  };
}

/** Starts a program of its own process; returns its origin. */
export async function child(
  children: ChildProcess[],
  script: URL | string,
  env: Record<string, string>,
  message?: object,
): Promise<string> {
  const path = typeof script === 'string' ? script : fileURLToPath(script);
  const forked = fork(path, { env: { PATH: process.env['PATH'], ...env } });
  children.push(forked);
  if (message) forked.send(message);
  const [ready] = (await once(forked, 'message')) as [{ port: number }];
  return `http://127.0.0.1:${ready.port}`;
}
