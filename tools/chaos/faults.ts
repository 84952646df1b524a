import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../demo/random.js';
import { tellRedis } from '../local/redis.js';
import { freeze, thaw } from './freeze.js';
import type { House } from './house.js';

/** Does harm to a house and makes it good again; resolves at the end of the fault, when all that was stopped is up again. */
export type Fault = (house: House, random: Random) => Promise<void>;

/** How long what was stopped is away, and what was frozen stays so. */
const AWAY_MS = 2_000;
const FROZEN_MS = 10_000;
const FULL_MS = 6_000;

export const FAULTS: Record<string, Fault> = {
  'app killed': async (house, random) => {
    const app = random.pick(house.apps);
    await app.end('SIGKILL');
    await pause(AWAY_MS);
    await app.start();
  },
  'both apps killed': async (house) => {
    await Promise.all(house.apps.map((app) => app.end('SIGKILL')));
    await pause(AWAY_MS);
    await Promise.all(house.apps.map((app) => app.start()));
  },
  'app frozen': async (house, random) => {
    const { pid } = random.pick(house.apps);
    await frozen(pid);
  },
  'PostgreSQL stopped (immediate)': async (house) => {
    await house.endPostgres();
    await pause(AWAY_MS);
    await house.startPostgres();
  },
  'PostgreSQL frozen': (house) => frozen(house.postgres.pid),
  'connections terminated': async (house) => {
    await house.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL',
    );
  },
  'Redis killed': async (house) => {
    await house.killRedis();
    await pause(AWAY_MS);
    await house.startRedis();
  },
  'Redis frozen': (house) => frozen(house.redis.pid),
  'Redis emptied': async (house) => {
    await tellRedis(house.redis.url, 'FLUSHALL');
  },
  'Redis full': async (house) => {
    await tellRedis(house.redis.url, 'CONFIG', 'SET', 'maxmemory', '1');
    await pause(FULL_MS);
    await tellRedis(house.redis.url, 'CONFIG', 'SET', 'maxmemory', '0');
  },
  'disk full': async (house) => {
    await house.disk!.fill();
    await pause(FULL_MS);
    await house.disk!.empty();
    await house.startWhatEnded();
  },
};
/** Faults of the disk that PostgreSQL and Redis write to. */
export const OF_DISK = ['disk full'];

async function frozen(pid: number): Promise<void> {
  await freeze(pid);
  try {
    await pause(FROZEN_MS);
  } finally {
    await thaw(pid);
  }
}
