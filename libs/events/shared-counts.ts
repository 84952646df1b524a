import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Config } from '#config';
import { redisConnection } from './queues.js';

/** A count that takes longer is given up: nobody waits for it, but the next one would. */
const ANSWER_WITHIN_MS = 1_000;

/** What several processes count together, in Redis: short-lived, and of no use to anybody when it is lost. */
@Injectable()
export class SharedCounts implements OnApplicationShutdown {
  private readonly redis: Redis;

  constructor(private readonly config: Config) {
    this.redis = new Redis({
      ...redisConnection(config, false),
      lazyConnect: true,
      commandTimeout: ANSWER_WITHIN_MS,
      enableAutoPipelining: false,
    });
    this.redis.on('error', () => undefined);
  }

  /**
   * Adds to the counts of a group, which is forgotten `keepSeconds` after the last addition; returns what they are now, in the same
   * order. One round trip. Undefined while Redis is away: nothing was added. Rejects when it is unknown whether something was.
   */
  async add(group: string, counts: [name: string, more: number][], keepSeconds: number): Promise<number[] | undefined> {
    if (this.redis.status === 'wait') void this.redis.connect().catch(() => undefined);
    if (this.redis.status !== 'ready') return undefined;
    const key = `{${this.config.redisPrefix}:counts}:${group}`;
    const batch = this.redis.pipeline();
    for (const [name, more] of counts) batch.hincrby(key, name, more);
    batch.expire(key, keepSeconds);
    const answers = (await batch.exec()) ?? [];
    return counts.map((_, index) => {
      const [error, total] = answers[index] ?? [new Error('no answer')];
      if (error) throw error;
      return Number(total);
    });
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}
