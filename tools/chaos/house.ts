import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, open, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { connect, Database, migrate, type Tx } from '#database';
import { grantServiceRoles, migrationSets } from '#service';
import { services } from '../../apps/campus/src/services.js';
import { campus } from '../../apps/directory/src/seed.js';
import { type LocalPostgres, startPostgres } from '../local/postgres.js';
import { freePort, inspect, waitFor } from '../local/processes.js';
import { type LocalRedis, startRedis } from '../local/redis.js';
import { SmallDisk } from './disk.js';
import { thaw } from './freeze.js';
import { Issuer } from './issuer.js';

const MAIN = 'dist/apps/campus/src/main.js';
const BASE_URL = 'http://yizhan.chaos';
/** A checkpoint comes before the write-ahead log fills the small disk. */
const SETTINGS = { max_wal_size: '256MB' };
/** Students beside those of the small campus: each asks for one leave. */
export const STUDENTS = 20_000;

/** A process of the house that can be killed and started again on its port. */
class AppProcess {
  private child: ChildProcess | undefined;

  constructor(
    readonly port: number,
    private readonly env: Record<string, string>,
    private readonly logFile: string,
  ) {}

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  async start(): Promise<void> {
    const log = await open(this.logFile, 'a');
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env['PATH'], ...this.env, PORT: String(this.port) },
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    });
    await log.close();
    this.child = child;
    const ended = once(child, 'exit').then(() => 'ended');
    if ((await Promise.race([once(child, 'message'), ended])) === 'ended')
      throw new Error(`A process of the house did not start: see ${this.logFile}`);
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    await exited;
  }
}

/** A PostgreSQL, a Redis and two processes of all services, with the small campus and many more students in it. */
export class House {
  private constructor(
    readonly home: string,
    readonly issuer: Issuer,
    public postgres: LocalPostgres,
    public redis: LocalRedis,
    readonly apps: AppProcess[],
    /** Where PostgreSQL and Redis keep their files; undefined where it could not be mounted. */
    readonly disk: SmallDisk | undefined,
  ) {}

  static async start(say: (line: string) => void): Promise<House> {
    const home = await realpath(await mkdtemp(join(tmpdir(), 'yizhan-chaos-')));
    await chmod(home, 0o711);
    const disk = await SmallDisk.mount(join(home, 'data'));
    const postgres = await startPostgres({
      dataDir: join(home, 'data', 'postgres'),
      persistent: true,
      settings: SETTINGS,
    });
    const redis = await startRedis({ dir: join(home, 'data', 'redis'), aof: true });
    say('Filling the database');
    await migrate(postgres.url, migrationSets(services));
    await grantServiceRoles(postgres.url);
    await fill(postgres.url);
    const issuer = await Issuer.start(`${BASE_URL}/directory/oauth`);
    const secretKeyFile = join(home, 'secret.key');
    await writeFile(secretKeyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
    const env = {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      BASE_URL,
      JWKS_URL: issuer.jwksUrl,
      SECRET_KEY_FILE: secretKeyFile,
      POOL_SIZE: '20',
      LOG_LEVEL: 'warn',
      RATE_LIMIT_PER_MINUTE: '100000000',
    };
    const apps: AppProcess[] = [];
    for (const n of [1, 2]) apps.push(new AppProcess(await freePort(), env, join(home, `app-${n}.log`)));
    const house = new House(home, issuer, postgres, redis, apps, disk);
    say('Starting two processes of the house');
    await Promise.all(apps.map((app) => app.start()));
    return house;
  }

  async endPostgres(): Promise<void> {
    // Immediate: as a crash, its backends end where they are.
    process.kill(this.postgres.pid, 'SIGQUIT');
    await gone(this.postgres.pid);
  }

  async startPostgres(): Promise<void> {
    const { port } = this.postgres;
    const dataDir = join(this.home, 'data', 'postgres');
    this.postgres = await startPostgres({ dataDir, port, persistent: true, settings: SETTINGS });
  }

  async killRedis(): Promise<void> {
    process.kill(this.redis.pid, 'SIGKILL');
    await gone(this.redis.pid);
  }

  async startRedis(): Promise<void> {
    this.redis = await startRedis({ dir: join(this.home, 'data', 'redis'), port: this.redis.port, aof: true });
  }

  /** Starts what has ended by itself, and waits until both answer. */
  async startWhatEnded(): Promise<void> {
    if (!(await inspect(this.postgres.pid))) await this.startPostgres();
    if (!(await inspect(this.redis.pid))) await this.startRedis();
    const answers = (): Promise<true | undefined> =>
      this.query('SELECT').then(
        () => true,
        () => undefined,
      );
    if (!(await waitFor(answers, 60_000))) throw new Error('PostgreSQL does not answer.');
  }

  /** Rows of a statement, over a connection of its own. */
  async query<T>(statement: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(statement, values)).rows as T[];
    } finally {
      await client.end();
    }
  }

  /** Stops everything; `keep` leaves data and logs where they are. */
  async stop(keep: boolean): Promise<void> {
    for (const pid of [this.postgres.pid, this.redis.pid]) await thaw(pid);
    await Promise.all(this.apps.map((app) => app.end('SIGKILL')));
    await this.redis.stop();
    await this.postgres.stop();
    await this.issuer.stop();
    if (!keep) await this.disk?.unmount();
    if (!keep) await rm(this.home, { recursive: true, force: true });
  }
}

async function gone(pid: number): Promise<void> {
  if (!(await waitFor(async () => ((await inspect(pid)) ? undefined : true), 30_000)))
    throw new Error(`Process ${pid} does not end.`);
}

/** The id and the number of student `i` of those beside the small campus. */
export function studentId(i: number): string {
  return `00000000-0000-7000-9000-${String(i).padStart(12, '0')}`;
}
export function studentNumber(i: number): string {
  return `2025${String(i).padStart(6, '0')}`;
}

async function fill(url: string): Promise<void> {
  const source = await connect({ url, entities: [], poolSize: 2, applicationName: 'yizhan-chaos' });
  try {
    const database = new Database(source);
    for (const { seed } of services)
      if (seed) await database.transaction(null, (tx: Tx) => (seed as (tx: Tx) => Promise<void>)(tx));
    const students = `generate_series(1, ${STUDENTS}) AS i`;
    const id = `('00000000-0000-7000-9000-' || lpad(i::text, 12, '0'))::uuid`;
    await source.query(
      `INSERT INTO directory.person (id, kind, number, name, sex, birth_date, grade)
       SELECT ${id}, 'student', '2025' || lpad(i::text, 6, '0'), '学生' || i, '1', '2007-01-01', '2025' FROM ${students}`,
    );
    await source.query(
      `INSERT INTO directory.membership (id, person_id, unit_id, valid_from)
       SELECT gen_random_uuid(), ${id}, $1, '2025-09-01' FROM ${students}`,
      [campus.classes.se2401],
    );
    await source.query('ANALYZE');
  } finally {
    await source.destroy();
  }
}
