import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Config } from '#config';
import { SharedCounts } from '#events';
import { Problem } from '#problems';
import { secretKeyFile } from '#testing';
import { Vault } from '#vault';
import type { AppLimits } from '../app-limits.js';
import { RateLimit } from '../rate-limit.js';

const LIMIT = 20;
const prefix = `test-${randomUUID()}`;

function configOf(redisUrl: string | undefined): Config {
  const databaseUrl = 'postgres://nobody@127.0.0.1:1/none';
  return Config.of({
    databaseUrl,
    redisUrl,
    redisPrefix: prefix,
    rateLimitPerMinute: LIMIT,
    secretKeyFile: secretKeyFile(),
  });
}

/** The counting of a process, with a connection to Redis of its own. */
function start(redisUrl = process.env['YIZHAN_TEST_REDIS'], own: Record<string, object> = {}) {
  const config = configOf(redisUrl);
  const shared = new SharedCounts(config);
  const limits = { of: (app: string) => own[app] } as unknown as AppLimits;
  const limit = new RateLimit(config, limits, Vault.fromFile(config.secretKeyFile), shared);
  const ask = (app: string): { left: number; refused: boolean } => {
    const headers: Record<string, string> = {};
    const request = { actor: { app }, ip: '127.0.0.1', headers: {}, routeOptions: { config: {} } };
    const reply = { header: (name: string, value: string) => (headers[name] = value) };
    let refused = false;
    try {
      limit.count(request as never, reply as never);
    } catch (error) {
      refused = error instanceof Problem && error.kind.status === 429;
      if (!refused) throw error;
    }
    return { left: Number(/r=(\d+)/.exec(headers['RateLimit']!)![1]), refused };
  };
  return { ask, stop: () => shared.onApplicationShutdown() };
}

describe('limits of several processes', () => {
  const processes: ReturnType<typeof start>[] = [];
  const started = (...given: Parameters<typeof start>) => {
    const one = start(...given);
    processes.push(one);
    return one;
  };
  afterAll(() => processes.forEach(({ stop }) => stop()));

  /** In one minute of the clock, with time for what is to come. */
  const inOneMinute = async () => {
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 15_000) await new Promise((resolve) => setTimeout(resolve, left + 50));
  };

  it('are one limit: what one process has answered the other knows', async () => {
    await inOneMinute();
    const [one, two] = [started(), started()];
    /** Asks a process now and then, as it learns of the others by what it tells; how many were let on before it refused. */
    const takenBy = async (process: ReturnType<typeof start>, app: string) => {
      for (let taken = 0; taken < LIMIT; taken++) {
        if (process.ask(app).refused) return taken;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      return LIMIT;
    };
    // The connections to Redis stand once the first counts have been told.
    for (const process of [one, two]) process.ask('warm');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (let i = 0; i < LIMIT - 2; i++) expect(one.ask('portal').refused).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await takenBy(two, 'portal')).toBeLessThan(LIMIT / 2);
    expect(await takenBy(one, 'portal')).toBeLessThan(3);
    expect(one.ask('another').refused).toBe(false);
  }, 90_000);

  it('name nobody in Redis, and are forgotten there', async () => {
    const redis = new Redis(process.env['YIZHAN_TEST_REDIS']!);
    try {
      const keys = await redis.keys(`*${prefix}*`);
      expect(keys.length).toBeGreaterThan(0);
      for (const key of keys) {
        expect(Object.keys(await redis.hgetall(key)).join(' ')).not.toMatch(/portal|warm/);
        expect(await redis.ttl(key)).toBeGreaterThan(0);
        expect(await redis.ttl(key)).toBeLessThanOrEqual(120);
      }
    } finally {
      redis.disconnect();
    }
  });

  it('let everybody on while Redis is away, each process by its own count, and the limit of an app is its own', async () => {
    await inOneMinute();
    const own = { gate: { requests: 30, bulk: null } };
    const [one, two] = [started('redis://127.0.0.1:1', own), started('redis://127.0.0.1:1', own)];
    const taken = (process: ReturnType<typeof start>, app: string) =>
      Array.from({ length: 40 }, () => process.ask(app)).filter(({ refused }) => !refused).length;
    expect([taken(one, 'portal'), taken(two, 'portal')]).toEqual([LIMIT, LIMIT]);
    expect([taken(one, 'gate'), taken(two, 'gate')]).toEqual([30, 30]);
  }, 90_000);
});
