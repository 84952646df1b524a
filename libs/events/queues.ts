import { BullModule, getQueueToken } from '@nestjs/bullmq';
import type { DynamicModule } from '@nestjs/common';
import type { RedisOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { type Config } from '#config';
import { SERVICE_NAMES, type ServiceName } from '#contracts';

/** What travels through Redis: ids of deliveries, nothing else of them. */
export interface DeliveryJob {
  ids: string[];
  /** The one delivery is of a long event. */
  long?: boolean;
}

/** Injection token of a service's queue. */
export function queueToken(service: ServiceName): string {
  return getQueueToken(service);
}

/** Prefix of a queue's keys; the braces keep a queue's keys in one slot of a Redis Cluster. */
export function queuePrefix(config: Config, service: ServiceName): string {
  return `{${config.redisPrefix}:${service}}`;
}

// ioredis 5.11 leaves this timer behind when a connection is closed: it must not keep an ended process alive.
const timers = Redis.prototype as unknown as { setSocketTimeout(this: { socketTimeoutTimer?: NodeJS.Timeout }): void };
const { setSocketTimeout } = timers;
timers.setSocketTimeout = function () {
  setSocketTimeout.call(this);
  this.socketTimeoutTimer?.unref();
};

/** Connection options from the URL; `forWorker` waits for Redis for ever, a producer fails at once. */
export function redisConnection(config: Config, forWorker: boolean): RedisOptions {
  const url = new URL(config.redisUrl);
  return {
    host: url.hostname,
    port: Number(url.port || 6379),
    ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
    ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
    ...(url.pathname.length > 1 ? { db: Number(url.pathname.slice(1)) } : {}),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
    keepAlive: 5_000,
    ...(forWorker
      ? { maxRetriesPerRequest: null, socketTimeout: 30_000 }
      : { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 10_000 }),
    retryStrategy: (times: number) => Math.min(200 * 2 ** Math.min(times, 6), 5_000),
  };
}

/** One queue per service of the house, and per hosted one: any process may relay to any service. */
export function queueNames(hosted: ServiceName[]): ServiceName[] {
  return [...new Set([...SERVICE_NAMES, ...hosted])];
}

export function queuesModule(config: Config, names: ServiceName[]): DynamicModule {
  return {
    ...BullModule.registerQueue(
      ...names.map((service) => ({
        name: service,
        prefix: queuePrefix(config, service),
        connection: redisConnection(config, false),
        defaultJobOptions: { removeOnComplete: true, removeOnFail: { age: 3_600, count: 1_000 }, attempts: 1 },
      })),
    ),
  };
}
