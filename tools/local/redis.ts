import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdir, open, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import * as processes from './processes.js';
import type { LocalServer, Progress } from './processes.js';

/** A Redis of our own. */
export type LocalRedis = LocalServer;

export interface RedisOptions {
  /** Holds redis.conf (with the password, 0600), redis.pid, redis.log and the data. */
  dir: string;
  /** A free one unless given. */
  port?: number;
  /** Append-only file, synced every second: a crash loses at most that second. */
  aof: boolean;
  onProgress?: Progress;
}

const run = promisify(execFile);
const STOPPING: [NodeJS.Signals, number][] = [
  ['SIGTERM', 20],
  ['SIGKILL', 5],
];
const START_MS = 120_000;

/**
 * The command that runs a Redis: `redis-server` or `valkey-server` from the PATH. Where there is none, root on Debian
 * or Ubuntu gets one through apt.
 * @throws Error that gives the commands to install one, and REDIS_URL as the way around.
 */
export async function findRedis(onProgress: Progress = () => undefined): Promise<string> {
  for (const command of ['redis-server', 'valkey-server']) if (await runs(command)) return command;
  const hint = [
    'No redis-server (or valkey-server) on the PATH. Install one:',
    '  Debian, Ubuntu:  sudo apt-get install redis-server',
    '  macOS:           brew install redis',
    'or use one that runs elsewhere, for example',
    '  docker run -d -p 6379:6379 redis:7 redis-server --maxmemory-policy noeviction',
    '  REDIS_URL=redis://127.0.0.1:6379 npm start',
  ].join('\n');
  const debian = await access('/etc/debian_version').then(
    () => true,
    () => false,
  );
  if (!debian || process.getuid?.() !== 0) throw new Error(hint);
  onProgress('No redis-server on the PATH: installing the package redis-server with apt-get');
  try {
    await apt(['update'], onProgress);
    await apt(['install', '-y', '--no-install-recommends', 'redis-server'], onProgress);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${hint}`);
  }
  if (!(await runs('redis-server'))) throw new Error(hint);
  return 'redis-server';
}

async function runs(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    () => true,
    () => false,
  );
}

function apt(args: string[], onProgress: Progress): Promise<void> {
  return new Promise((resolve_, reject) => {
    const child = spawn('apt-get', ['-o', 'Dpkg::Use-Pty=0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line.trim()) onProgress(`apt-get: ${line.trim()}`);
    });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve_() : reject(new Error(`apt-get ${args[0]} failed (exit code ${code}).`)),
    );
  });
}

/**
 * Starts the Redis of `dir`, or takes over the one that an earlier, killed starter left running. It never evicts keys.
 * @throws Error naming the port when `port` is taken, or the process when another starter is using `dir`.
 */
export async function startRedis(options: RedisOptions): Promise<LocalRedis> {
  const say = options.onProgress ?? (() => undefined);
  await mkdir(resolve(options.dir), { recursive: true, mode: 0o700 });
  const dir = await realpath(options.dir);
  const stateFile = join(dir, 'redis.json');
  const state = await processes.readState(stateFile);
  const left = await leftOver(dir);
  if (left && state) {
    const same = options.port === undefined || options.port === state.port;
    const { port, password } = state;
    if (same && port && (await processes.waitFor(() => answers(port, password, dir, left), START_MS))) {
      say(`Redis was still running (pid ${left}): using it`);
      await processes.writeState(stateFile, { ...state, starter: process.pid });
      return handle(dir, left, port, password);
    }
  }
  if (left) {
    say(`Stopping a Redis that was left running (pid ${left})`);
    await processes.stopProcess(left, STOPPING);
  }
  const command = await findRedis(say);
  if (options.port !== undefined) await processes.assertPortFree(options.port, 'Redis');
  const password = state?.password ?? randomBytes(24).toString('base64url');
  const { pid, port } = await launch(command, dir, password, options);
  return handle(dir, pid, port, password);
}

/**
 * Deletes a Redis directory, after stopping a server left running on it.
 * @throws Error when a live process is using it.
 */
export async function removeRedis(dir: string): Promise<void> {
  const place = await realpath(resolve(dir)).catch(() => undefined);
  if (!place) return;
  const left = await leftOver(place);
  if (left) await processes.stopProcess(left, STOPPING);
  await rm(place, { recursive: true, force: true });
}

function handle(dir: string, pid: number, port: number, password: string): LocalRedis {
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    port,
    pid,
    stop: async () => {
      if (await isServerOf(dir, pid)) await processes.stopProcess(pid, STOPPING);
    },
  };
}

/** Redis rewrites its command line, but keeps its configuration file in it (see `proc-title-template` below). */
async function isServerOf(dir: string, pid: number): Promise<boolean> {
  return (await processes.inspect(pid))?.command.includes(join(dir, 'redis.conf')) ?? false;
}

/** The live server that `redis.pid` names, if it really is a Redis on this directory. */
async function leftOver(dir: string): Promise<number | undefined> {
  const pid = Number(await processes.readIfExists(join(dir, 'redis.pid')));
  if (!(await isServerOf(dir, pid))) return undefined;
  await processes.assertLeftOver('Redis', pid, await processes.readState(join(dir, 'redis.json')));
  return pid;
}

/**
 * Whether the server takes our password, serves this directory, and is the process we take it for.
 * Undefined: it is still loading its file.
 */
async function answers(port: number, password: string, dir: string, pid: number): Promise<boolean | undefined> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    password,
    lazyConnect: true,
    retryStrategy: null,
    enableReadyCheck: false, // it would wait for the file to be loaded, for as long as that takes
    commandTimeout: 5000,
    connectTimeout: 5000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const [, served] = (await client.config('GET', 'dir')) as string[];
    return served === dir && new RegExp(`process_id:${pid}\\s`).test(await client.info('server'));
  } catch (error) {
    return (error as Error).message.startsWith('LOADING') ? undefined : false;
  } finally {
    client.disconnect();
  }
}

async function launch(
  command: string,
  dir: string,
  password: string,
  { port: wanted, aof }: RedisOptions,
): Promise<{ pid: number; port: number }> {
  const configFile = join(dir, 'redis.conf');
  const logFile = join(dir, 'redis.log');
  const deadline = Date.now() + START_MS;
  for (;;) {
    const port = wanted ?? (await processes.freePort());
    const config = [
      'bind 127.0.0.1',
      `port ${port}`,
      `requirepass ${password}`,
      `dir ${JSON.stringify(dir)}`,
      `pidfile ${JSON.stringify(join(dir, 'redis.pid'))}`,
      'maxmemory-policy noeviction',
      `appendonly ${aof ? 'yes' : 'no'}`,
      'appendfsync everysec',
      'save ""',
      'proc-title-template "{title} {listen-addr} {config-file}"',
    ];
    await writeFile(configFile, `${config.join('\n')}\n`, { mode: 0o600 });
    await processes.writeState(join(dir, 'redis.json'), { password, port, starter: process.pid });
    const log = await open(logFile, 'a', 0o600);
    const from = (await stat(logFile)).size;
    // Detached: out of reach of the terminal's Ctrl-C; the starter stops it, after the application.
    const child = spawn(command, [configFile], { cwd: dir, detached: true, stdio: ['ignore', log.fd, log.fd] });
    let ended = false;
    child.once('exit', () => (ended = true));
    child.once('error', () => (ended = true));
    child.unref();
    await log.close();
    const outcome = await processes.waitFor(async () => {
      if (ended) return 'ended' as const;
      return (await answers(port, password, dir, child.pid!)) ? ('ready' as const) : undefined;
    }, deadline - Date.now());
    if (outcome === 'ready') return { pid: child.pid!, port };
    const why = await processes.logSince(logFile, from);
    if (!outcome) await processes.stopProcess(child.pid!, STOPPING);
    // A free port may be taken before we listen on it.
    const passing = wanted === undefined && /Address already in use/.test(why);
    if (!outcome || !passing || Date.now() > deadline) throw new Error(`Redis did not start:\n${why}`);
  }
}

/** Sends one command to a Redis and answers what it says. */
export async function tellRedis(url: string, command: string, ...args: string[]): Promise<unknown> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await redis.call(command, ...args);
  } finally {
    redis.disconnect();
  }
}
