import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import pg from 'pg';
import { Config } from '#config';
import { migrate } from '#database';
import { grantServiceRoles, migrationSets, type Service } from '#service';
import { startPostgres } from '../tools/local/postgres.js';
import { startRedis } from '../tools/local/redis.js';

/** One measured figure. */
export interface Row {
  id: string;
  value: number;
  unit: string;
}

/** Ours against a peer of the same run. `goal`: the least (`min`) or most (`max`) `value` may be. */
export interface Ratio {
  id: string;
  ours: number;
  peer: number;
  value: number;
  goal: string;
  reached: boolean;
}

export interface Result {
  rows: Row[];
  ratios: Ratio[];
}

/** PostgreSQL and Redis of the bench's own, in a temporary folder, with PostgreSQL's ordinary durability. */
export interface Servers {
  config(values?: Record<string, unknown>): Config;
  databaseUrl: string;
  redisUrl: string;
  stop(): Promise<void>;
}

export async function servers(services: Service[], settings: Record<string, string> = {}): Promise<Servers> {
  const home = await mkdtemp(join(tmpdir(), 'yizhan-bench-'));
  await chmod(home, 0o711);
  const postgres = await startPostgres({ dataDir: join(home, 'postgres'), persistent: false, settings });
  const redis = await startRedis({ dir: join(home, 'redis'), aof: true });
  const stop = async (): Promise<void> => {
    await redis.stop();
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    await migrate(postgres.url, migrationSets(services));
    await grantServiceRoles(postgres.url);
    const secretKeyFile = join(home, 'secret.key');
    await writeFile(secretKeyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
    return {
      databaseUrl: postgres.url,
      redisUrl: redis.url,
      config: (values = {}) =>
        Config.of({
          databaseUrl: postgres.url,
          redisUrl: redis.url,
          redisPrefix: randomUUID(),
          secretKeyFile,
          port: 0,
          logLevel: 'error',
          rateLimitPerMinute: 100_000_000,
          bulkLimitPerMinute: 100_000_000,
          ...values,
        }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function pool(url: string, max = 10): pg.Pool {
  return new pg.Pool({ connectionString: url, max });
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** `times` runs of each, taken in turns, so that a noisy minute hits all alike. */
export async function inTurns(
  times: number,
  runs: Record<string, () => Promise<number>>,
): Promise<Record<string, number>> {
  const values: Record<string, number[]> = {};
  for (let i = 0; i < times; i++) {
    for (const [name, run] of Object.entries(runs)) {
      const value = await run();
      (values[name] ??= []).push(value);
      process.stdout.write(`  run ${i + 1} of ${times}: ${name} ${value.toPrecision(4)}\n`);
    }
  }
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, median(list)]));
}

export function atMost(id: string, ours: number, peer: number, most: number): Ratio {
  const value = ours / peer;
  return { id, ours, peer, value, goal: `<= ${most}`, reached: value <= most };
}

export function atLeast(id: string, ours: number, peer: number, least: number): Ratio {
  const value = ours / peer;
  return { id, ours, peer, value, goal: `>= ${least}`, reached: value >= least };
}

/** A table for people, then one line of JSON for programs, always the last. */
export function report(bench: string, { rows, ratios }: Result): void {
  const round = (n: number): number => Number(n.toPrecision(4));
  const lines = rows.map((row) => `  ${row.id.padEnd(52)} ${String(round(row.value)).padStart(12)} ${row.unit}`);
  for (const ratio of ratios) {
    lines.push(
      `  ${ratio.id.padEnd(52)} ${`${round(ratio.value)}x`.padStart(12)} goal ${ratio.goal}: ${ratio.reached ? 'reached' : 'NOT reached'}`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  const exact = {
    bench,
    rows: rows.map((row) => ({ ...row, value: round(row.value) })),
    ratios: ratios.map((ratio) => ({
      ...ratio,
      ours: round(ratio.ours),
      peer: round(ratio.peer),
      value: round(ratio.value),
    })),
  };
  process.stdout.write(`${JSON.stringify(exact)}\n`);
}
