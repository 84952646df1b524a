import fs from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { TestApp } from '#testing';

const STDOUT = 1;

/** What the process logs, from now on until it is given back; the log itself stays silent. */
export class LogTrace {
  readonly lines: string[] = [];
  private readonly before = fs.writeSync;

  constructor() {
    const { before, lines } = this;
    const write = (fd: number, data: string | NodeJS.ArrayBufferView, ...rest: never[]): number => {
      if (fd !== STDOUT || typeof data !== 'string') return before(fd, data as string, ...rest);
      lines.push(data);
      return Buffer.byteLength(data);
    };
    fs.writeSync = write as typeof fs.writeSync;
  }

  giveBack(): void {
    fs.writeSync = this.before;
  }
}

/** Everything that the app has in Redis, keys and values, as one text. */
export async function redisTrace(test: TestApp): Promise<string> {
  const redis = new Redis(test.config.redisUrl);
  try {
    const found: unknown[] = [];
    for await (const keys of redis.scanStream({ match: `*${test.config.redisPrefix}*` }) as AsyncIterable<string[]>)
      for (const key of keys) found.push(key, await valueOf(redis, key));
    return JSON.stringify(found);
  } finally {
    redis.disconnect();
  }
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, 0, -1);
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      return null;
  }
}

/** The contents of the stored files, by path. */
export async function filesTrace(test: TestApp): Promise<Map<string, string>> {
  const folder = test.config.filesDir;
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      found.set(path, (await readFile(path)).toString('latin1'));
    }
  return found;
}
