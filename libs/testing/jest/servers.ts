import { chmod, mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inspect } from '../../../tools/local/processes.js';
import { removePostgres, startPostgres } from '../../../tools/local/postgres.js';
import type { LocalPostgres } from '../../../tools/local/postgres.js';
import { removeRedis, startRedis } from '../../../tools/local/redis.js';
import type { LocalRedis } from '../../../tools/local/redis.js';
import { prepareTemplate } from '../template.js';

const PREFIX = 'yizhan-test-';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let home: string | undefined;
let postgres: LocalPostgres | undefined;
let redis: LocalRedis | undefined;

/**
 * One PostgreSQL and one Redis for the whole run, on free ports, with their data in a fresh temporary folder, and one
 * migrated and seeded template database. The workers find them in YIZHAN_TEST_POSTGRES and YIZHAN_TEST_REDIS.
 * TEST_DATABASE_URL and TEST_REDIS_URL name servers to use instead; those are left running.
 */
export async function startServers(): Promise<void> {
  for (const signal of SIGNALS) process.on(signal, stopAndExit);
  try {
    await removeAbandoned();
    // Opened to PostgreSQL's own account, for runs as root; the data inside is private.
    home = await realpath(await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`)));
    await chmod(home, 0o711);
    const { TEST_DATABASE_URL: givenPostgres, TEST_REDIS_URL: givenRedis } = process.env;
    // Each is kept as soon as it runs, so that a failure of the other stops it.
    const starting = await Promise.allSettled([
      givenPostgres
        ? undefined
        : startPostgres({ dataDir: postgresDir(home), persistent: true, fast: true }).then((it) => (postgres = it)),
      givenRedis ? undefined : startRedis({ dir: redisDir(home), aof: false }).then((it) => (redis = it)),
    ]);
    for (const outcome of starting) if (outcome.status === 'rejected') throw outcome.reason;
    process.env['YIZHAN_TEST_POSTGRES'] = givenPostgres ?? postgres?.url;
    process.env['YIZHAN_TEST_REDIS'] = givenRedis ?? redis?.url;
    await prepareTemplate(process.env['YIZHAN_TEST_POSTGRES'] ?? '');
  } catch (error) {
    await stopServers(); // Jest runs no teardown after a failed setup
    throw error;
  }
}

/** Stops what `startServers` started and deletes its data; refuses when the server's data is not the one it made. */
export async function stopServers(): Promise<void> {
  for (const signal of SIGNALS) process.off(signal, stopAndExit);
  await redis?.stop();
  if (postgres && home) {
    const directory = await dataDirectory(postgres.url);
    if (directory !== postgresDir(home)) {
      throw new Error(`The test PostgreSQL serves ${directory}, not ${postgresDir(home)}: nothing was deleted.`);
    }
    await postgres.stop();
    await removePostgres(postgresDir(home));
  }
  if (home) await rm(home, { recursive: true, force: true });
  home = postgres = redis = undefined;
}

const postgresDir = (dir: string) => join(dir, 'postgres');
const redisDir = (dir: string) => join(dir, 'redis');

async function dataDirectory(url: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory;
  } finally {
    await client.end();
  }
}

/** The servers do not hear the terminal's Ctrl-C themselves. */
function stopAndExit(): void {
  stopServers().then(
    () => process.exit(130),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

/** Servers and folders of runs that were killed: the run's process id is in the folder's name. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const run = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (!run || (await inspect(Number(run)))) continue;
    const dir = join(await realpath(tmpdir()), name);
    if ((await stat(dir)).uid !== process.getuid?.()) continue; // another person's
    await removePostgres(postgresDir(dir));
    await removeRedis(redisDir(dir));
    await rm(dir, { recursive: true, force: true });
  }
}
