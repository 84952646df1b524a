import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startPostgres, removePostgres } from './postgres.js';
import { freePort, inspect } from './processes.js';
import { removeRedis, startRedis } from './redis.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = pathToFileURL(join(root, 'libs/testing/jest/sources.js')).href;

let home: string;
let dataDir: string;
let dir: string;
const starters: ChildProcess[] = [];

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'yizhan-local-')));
  await chmod(home, 0o711); // PostgreSQL's own account passes through when we are root
  dataDir = join(home, 'postgres');
  dir = join(home, 'redis');
});

afterEach(async () => {
  for (const starter of starters.splice(0))
    if (starter.exitCode === null && !starter.signalCode) await end(starter, 'SIGKILL');
  await removePostgres(dataDir);
  await removeRedis(dir);
  await rm(home, { recursive: true });
});

const postgres = (extra: { port?: number } = {}) => startPostgres({ dataDir, persistent: true, ...extra });
const redis = (extra: { port?: number } = {}) => startRedis({ dir, aof: true, ...extra });

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function withRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  client.on('error', () => undefined); // what fails is told by the command
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

/** Another process that starts both, and an application that uses PostgreSQL until it is stopped; and stays. */
async function startElsewhere(): Promise<{ starter: ChildProcess; postgres: Server; redis: Server }> {
  const script = `
    import pg from 'pg';
    const { startPostgres } = await import(${JSON.stringify(new URL('./postgres.ts', import.meta.url).href)});
    const { startRedis } = await import(${JSON.stringify(new URL('./redis.ts', import.meta.url).href)});
    const { stopOnSignal } = await import(${JSON.stringify(new URL('./stopping.ts', import.meta.url).href)});
    const stopping = stopOnSignal();
    const postgres = await stopping.add(
      startPostgres({ dataDir: ${JSON.stringify(dataDir)}, persistent: true }));
    const redis = await stopping.add(startRedis({ dir: ${JSON.stringify(dir)}, aof: true }));
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await stopping.add(Promise.resolve({ stop: async () => { await client.query('select 1'); await client.end(); } }));
    console.log(JSON.stringify({ postgres, redis }));
    setInterval(() => {}, 1000);
  `;
  const starter = spawn(process.execPath, ['--import', sources, '--input-type=module', '-e', script], {
    cwd: root,
    detached: true, // a process group of its own, as a terminal gives it
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  starters.push(starter);
  for await (const line of createInterface({ input: starter.stdout! })) return { starter, ...JSON.parse(line) };
  throw new Error('The starter ended without starting anything.');
}

interface Server {
  url: string;
  pid: number;
}

/** Signals the whole process group, as Ctrl-C in a terminal does. Returns the exit code. */
async function end(starter: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(starter, 'exit');
  process.kill(-starter.pid!, signal);
  return ((await exit) as [number | null])[0];
}

test('a second start keeps the data, and stop leaves no process', async () => {
  const first = await postgres();
  const cache = await redis();
  await ask(first.url, `create table kept as select 7 as n`);
  await withRedis(cache.url, (client) => client.set('kept', '7'));
  await first.stop();
  await cache.stop();
  expect(await inspect(first.pid)).toBeUndefined();
  expect(await inspect(cache.pid)).toBeUndefined();

  const again = await postgres();
  const cacheAgain = await redis();
  expect(await ask(again.url, 'select n from kept')).toEqual([{ n: 7 }]);
  expect(await withRedis(cacheAgain.url, (client) => client.get('kept'))).toBe('7');
  await again.stop();
  await cacheAgain.stop();
});

test('the servers want a password, listen on the loopback only, and Redis never evicts', async () => {
  const server = await postgres();
  const cache = await redis();
  expect(await ask(server.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  await expect(ask(server.url.replace(/:[^:@/]+@/, ':guess@'), 'select 1')).rejects.toThrow(/password/);
  const bare = `redis://127.0.0.1:${cache.port}`;
  await expect(withRedis(bare, (client) => client.get('x'))).rejects.toThrow(/NOAUTH/);
  const config = await withRedis(cache.url, async (client) => [
    await client.config('GET', 'maxmemory-policy'),
    await client.config('GET', 'appendfsync'),
    await client.config('GET', 'bind'),
  ]);
  expect(config).toEqual([
    ['maxmemory-policy', 'noeviction'],
    ['appendfsync', 'everysec'],
    ['bind', '127.0.0.1'],
  ]);
  for (const file of [`${dataDir}.json`, join(dir, 'redis.conf'), join(dir, 'redis.json')]) {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  }
});

test('servers of a killed starter are taken over, with their data', async () => {
  const { starter, ...left } = await startElsewhere();
  await ask(left.postgres.url, `create table kept as select 7 as n`);
  await end(starter, 'SIGKILL');

  const server = await postgres();
  const cache = await redis();
  expect([server.pid, cache.pid]).toEqual([left.postgres.pid, left.redis.pid]);
  expect(await ask(server.url, 'select n from kept')).toEqual([{ n: 7 }]);
  expect(await withRedis(cache.url, (client) => client.ping())).toBe('PONG');
  await server.stop();
  await cache.stop();
  expect(await inspect(server.pid)).toBeUndefined();
  expect(await inspect(cache.pid)).toBeUndefined();
});

test('left-over servers that hang are stopped, and new ones started on the same data', async () => {
  const { starter, ...left } = await startElsewhere();
  await ask(left.postgres.url, `create table kept as select 7 as n`);
  await end(starter, 'SIGKILL');
  process.kill(left.postgres.pid, 'SIGSTOP');
  process.kill(left.redis.pid, 'SIGSTOP');

  const server = await postgres();
  const cache = await redis();
  expect(await inspect(left.postgres.pid)).toBeUndefined();
  expect(await inspect(left.redis.pid)).toBeUndefined();
  expect(await ask(server.url, 'select n from kept')).toEqual([{ n: 7 }]);
  expect(await withRedis(cache.url, (client) => client.ping())).toBe('PONG');
});

test('left-over servers on other ports than asked are started anew on those', async () => {
  const { starter, ...left } = await startElsewhere();
  await end(starter, 'SIGKILL');
  const port = await freePort();
  const server = await postgres({ port });
  expect(server.port).toBe(port);
  expect(await inspect(left.postgres.pid)).toBeUndefined();
  expect(await ask(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
});

test('servers in use by a live process are refused, and named', async () => {
  const { starter } = await startElsewhere();
  await expect(postgres()).rejects.toThrow(new RegExp(`in use by process ${starter.pid}`));
  await expect(redis()).rejects.toThrow(new RegExp(`in use by process ${starter.pid}`));
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops both servers, after the application', async (signal) => {
  const { starter, ...servers } = await startElsewhere();
  expect(await end(starter, signal)).toBe(0);
  expect(await inspect(servers.postgres.pid)).toBeUndefined();
  expect(await inspect(servers.redis.pid)).toBeUndefined();
});

test('pid files left by a crash do not block a start, even if their ids belong to others by now', async () => {
  const first = await postgres();
  const cache = await redis();
  await ask(first.url, `create table kept as select 7 as n`);
  process.kill(first.pid, 'SIGKILL');
  process.kill(cache.pid, 'SIGKILL');
  const again = await postgres();
  const cacheAgain = await redis();
  expect(await ask(again.url, 'select n from kept')).toEqual([{ n: 7 }]);
  process.kill(again.pid, 'SIGKILL');
  process.kill(cacheAgain.pid, 'SIGKILL');

  const { uid, gid } = await stat(dataDir); // PostgreSQL minds strangers of its own account only
  const stranger = spawn('sleep', ['600'], { uid, gid, detached: true });
  starters.push(stranger);
  const pidFile = join(dataDir, 'postmaster.pid');
  await writeFile(pidFile, (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(stranger.pid)));
  await writeFile(join(dir, 'redis.pid'), String(stranger.pid));
  const third = await postgres();
  const cacheThird = await redis();
  expect(await ask(third.url, 'select n from kept')).toEqual([{ n: 7 }]);
  expect(await inspect(stranger.pid!)).toBeDefined();
  await third.stop();
  await cacheThird.stop();
});

test('a port in use is named', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  try {
    await expect(postgres({ port })).rejects.toThrow(`Port ${port}`);
    await expect(redis({ port })).rejects.toThrow(`Port ${port}`);
  } finally {
    other.close();
  }
});

test('a folder that holds something else is refused and left as it is', async () => {
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'letter.txt'), 'mine');
  await expect(postgres()).rejects.toThrow();
  expect(await readFile(join(dataDir, 'letter.txt'), 'utf8')).toBe('mine');
});
