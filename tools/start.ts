import { randomBytes } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Config } from '#config';
import { connect, Database, migrate, type Tx } from '#database';
import { createApp, grantServiceRoles, listen, markSandbox, migrationSets, takeSnapshot } from '#service';
import { services } from '../apps/campus/src/services.js';
import { banner } from './demo/banner.js';
import { bringInDemo, isDemoIn } from './demo/bring-in.js';
import { startPostgres } from './local/postgres.js';
import { assertPortFree } from './local/processes.js';
import { startRedis } from './local/redis.js';
import { forgetRunning, noteRunning } from './local/running.js';
import { stopOnSignal } from './local/stopping.js';

/**
 * `npm start`: the whole house in one process. Starts a PostgreSQL and a Redis of its own unless DATABASE_URL and REDIS_URL
 * are given, migrates, and on the first start with its own database brings in the synthetic demo campus. `npm run sandbox`: the same as a
 * school to try apps on, always with a database of its own.
 */
const sandbox = process.argv.includes('--sandbox');
const HOME = resolve(sandbox ? '.local/sandbox' : '.local');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const stopping = stopOnSignal();
try {
  const env = process.env;
  const demo = !env['DATABASE_URL'];
  if (sandbox && !demo) throw new Error('A sandbox has a database of its own: start it without DATABASE_URL.');
  const port = Number(env['PORT'] ?? 3000);
  await assertPortFree(port, 'Yizhan');
  await mkdir(HOME, { recursive: true, mode: 0o711 });
  const databaseUrl =
    env['DATABASE_URL'] ??
    (await stopping.add(startPostgres({ dataDir: `${HOME}/postgres`, persistent: true, onProgress: say }))).url;
  const redisUrl =
    env['REDIS_URL'] ?? (await stopping.add(startRedis({ dir: `${HOME}/redis`, aof: true, onProgress: say }))).url;
  await migrate(databaseUrl, migrationSets(services), say);
  await grantServiceRoles(databaseUrl);
  if (sandbox) await withDatabase(databaseUrl, markSandbox);
  const config = Config.fromEnv({
    LOG_LEVEL: 'warn',
    // Six services in one process: each has four transactions of its consumer beside the requests.
    POOL_SIZE: '40',
    SECRET_KEY_FILE: await secretKey(),
    FILES_DIR: `${HOME}/files`,
    ...env,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    YIZHAN_DEMO: String(demo),
    YIZHAN_SANDBOX: String(sandbox),
  });
  const app = await createApp(services, config);
  await stopping.add(listen(app, config).then(() => ({ stop: () => app.close() })));
  await stopping.add(noteRunning(HOME, config.origin).then(() => ({ stop: () => forgetRunning(HOME) })));
  if (demo && !(await isDemoIn(app))) {
    await bringInDemo(app, config, `${HOME}/demo`, say);
    giveMemoryBack();
  }
  if (sandbox) await app.get(Database).background(takeSnapshot);
  say(await banner(app, config, { database: !demo, redis: env['REDIS_URL'] !== undefined }));
} catch (error) {
  // What a Ctrl-C cut short is no news.
  if (!stopping.begun) {
    process.stderr.write(`${(error as Error).message}\n`);
    await stopping.stop();
    process.exit(1);
  }
}

/** A bring-in needs more memory than all that follows, and V8 keeps what it has while little happens. */
function giveMemoryBack(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** The key that encrypts signing keys and hashes client secrets: made once, kept beside the data. */
async function secretKey(): Promise<string> {
  const file = `${HOME}/secret.key`;
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (!exists) await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600 });
  return file;
}

async function withDatabase(url: string, work: (tx: Tx) => Promise<void>): Promise<void> {
  const source = await connect({ url, entities: [], poolSize: 2, applicationName: 'yizhan-start' });
  await new Database(source).transaction(null, work).finally(() => source.destroy());
}
