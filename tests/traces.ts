import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import type { TestApp } from '#testing';

/** What an app that is started from now on logs, until it is given back: into a file rather than to stdout. */
export class LogTrace {
  private readonly path = join(mkdtempSync(join(tmpdir(), 'yizhan-log-')), 'log');
  private readonly fd = openSync(this.path, 'a');
  private readonly before = process.stdout.fd;

  constructor() {
    this.stdout(this.fd);
  }

  read(): string {
    return readFileSync(this.path, 'utf8');
  }

  /** The file stays open: Nest keeps the app's logger until another app brings its own, and what that one says goes there. */
  giveBack(): void {
    this.stdout(this.before);
    rmSync(dirname(this.path), { recursive: true });
  }

  /** The logger asks for it when it is made. */
  private stdout(fd: number): void {
    Object.defineProperty(process.stdout, 'fd', { configurable: true, value: fd });
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
