import { Redis } from 'ioredis';
import type { Config } from '#config';
import { redisConnection } from './queues.js';

/** Refuses a Redis that may throw keys away. Without Redis the process starts all the same: events wait in PostgreSQL. */
export async function assertRedisKeepsKeys(config: Config): Promise<void> {
  const redis = new Redis({ ...redisConnection(config, false), lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  let policy: string | undefined;
  try {
    await redis.connect();
    const answer = (await redis.config('GET', 'maxmemory-policy')) as string[];
    policy = answer[1];
  } catch {
    return;
  } finally {
    redis.disconnect();
  }
  if (policy && policy !== 'noeviction') {
    throw new Error(
      `Redis evicts keys (maxmemory-policy ${policy}), so queued work could vanish and nothing is started. ` +
        'Set it to noeviction: redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.',
    );
  }
}

/** Readiness: does Redis answer? Rejects when not. */
export async function pingRedis(config: Config): Promise<void> {
  const redis = new Redis({ ...redisConnection(config, false), lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}
