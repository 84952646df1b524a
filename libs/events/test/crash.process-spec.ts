import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Redis } from 'ioredis';
import { newId } from '#database';
import { ChildProcess, cloneDatabase, eventually, TestIssuer, secretKeyFile } from '#testing';

const CHILD = 'libs/events/test/crash-child.ts';

describe('a process that dies', () => {
  let clone: Awaited<ReturnType<typeof cloneDatabase>>;
  let issuer: TestIssuer;
  let db: pg.Client;
  let redis: Redis;
  const children: ChildProcess[] = [];
  const prefix = `crash-${randomUUID()}`;
  const BASE_URL = 'http://yizhan.test';

  beforeAll(async () => {
    redis = new Redis(process.env['YIZHAN_TEST_REDIS'] as string);
    clone = await cloneDatabase();
    issuer = await TestIssuer.create();
    db = new pg.Client({ connectionString: clone.url });
    await db.connect();
    await db.query('CREATE SCHEMA fixture');
    await db.query(
      `CREATE TABLE fixture.effect (id uuid PRIMARY KEY, event_id uuid NOT NULL, thing_id uuid NOT NULL, step int NOT NULL, seq bigserial)`,
    );
    await db.query(`CREATE TABLE fixture.given_up (thing_id uuid NOT NULL, step int NOT NULL)`);
    await db.query(`CREATE TABLE fixture.night (date date NOT NULL)`);
  });
  afterAll(async () => {
    for (const child of children) await child.end('SIGKILL');
    await db.end();
    redis.disconnect();
    await issuer.close();
    await clone.drop();
  });
  afterEach(async () => {
    await redis.call('CLIENT', 'UNPAUSE');
    for (const child of children.splice(0)) await child.end('SIGKILL');
  });

  async function start(roles = 'api,worker'): Promise<ChildProcess> {
    const child = await ChildProcess.start(CHILD, {
      DATABASE_URL: clone.url,
      SECRET_KEY_FILE: secretKeyFile(),
      REDIS_URL: process.env['YIZHAN_TEST_REDIS'] as string,
      REDIS_PREFIX: prefix,
      ROLES: roles,
      PORT: '0',
      BASE_URL,
      JWKS_URL: issuer.jwksUrl,
      REDELIVER_AFTER_SECONDS: '2',
      RATE_LIMIT_PER_MINUTE: '1000000',
    });
    children.push(child);
    return child;
  }

  const effects = async (thingId: string): Promise<number> =>
    (await db.query<{ n: number }>('SELECT count(*)::int AS n FROM fixture.effect WHERE thing_id = $1', [thingId]))
      .rows[0]?.n as number;

  async function expectOneEffect(thingId: string): Promise<void> {
    await start();
    await eventually(async () => expect(await effects(thingId)).toBe(1), 60_000);
    // Whatever else was under way is settled too, and adds nothing.
    await eventually(async () => {
      const { rows } = await db.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM events.delivery WHERE handled_at IS NULL',
      );
      expect(rows[0]?.n).toBe(0);
    }, 60_000);
    expect(await effects(thingId)).toBe(1);
  }

  it('before the commit has no effect', async () => {
    const child = await start();
    const thing = { id: newId(), version: 1 };
    child.send({ publish: thing, hold: true });
    await child.until('held');
    await child.end('SIGKILL');
    await start();
    const after = { id: newId(), version: 1 };
    children.at(-1)?.send({ publish: after });
    await eventually(async () => expect(await effects(after.id)).toBe(1));
    expect(await effects(thing.id)).toBe(0);
  });

  it('with the commit on its way, of which nobody has heard, has one effect or none, as it was committed', async () => {
    const child = await start();
    const thing = { id: newId(), version: 1 };
    await db.query('BEGIN');
    await db.query('LOCK TABLE events.event IN EXCLUSIVE MODE');
    child.send({ publish: thing });
    await eventually(async () => {
      const waiting = await rowsOf(
        clone.url,
        `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'events.event'::regclass`,
      );
      expect(waiting).toBeGreaterThan(0);
    });
    await child.end('SIGKILL');
    await db.query('ROLLBACK');
    await start();
    const after = { id: newId(), version: 1 };
    children.at(-1)?.send({ publish: after });
    await eventually(async () => expect(await effects(after.id)).toBe(1));
    const committed = await rowsOf(clone.url, `SELECT 1 FROM events.event WHERE aggregate_id = '${thing.id}'`);
    await eventually(async () => expect(await effects(thing.id)).toBe(committed));
  });

  it('after the commit, before Redis knew of it, has one effect', async () => {
    const child = await start();
    const thing = { id: newId(), version: 1 };
    await redis.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    child.send({ publish: thing });
    await child.until('published');
    await child.end('SIGKILL');
    await redis.call('CLIENT', 'UNPAUSE');
    expect(await effects(thing.id)).toBe(0);
    await expectOneEffect(thing.id);
  });

  it('after the dispatch, before a worker took the job, has one effect', async () => {
    const child = await start('api');
    const thing = { id: newId(), version: 1 };
    child.send({ publish: thing });
    const { published } = await child.until('published');
    await eventually(async () => {
      const { rows } = await db.query(
        'SELECT 1 FROM events.delivery WHERE event_id = $1 AND dispatched_at IS NOT NULL',
        [published],
      );
      expect(rows).toHaveLength(1);
      expect(await redis.llen(`{${prefix}:fixture}:fixture:wait`)).toBeGreaterThan(0);
    });
    await child.end('SIGKILL');
    await expectOneEffect(thing.id);
  });

  it("before the handler's commit has one effect", async () => {
    const child = await start();
    const thing = { id: newId(), version: 1 };
    child.send({ publish: thing, mood: 'wait' });
    await child.until('handling');
    await child.end('SIGKILL');
    expect(await effects(thing.id)).toBe(0);
    const second = await start();
    await second.until('handling');
    second.send({ go: true });
    await expectOneEffect(thing.id);
  });

  it("after the handler's commit, before Redis knew of it, has one effect", async () => {
    const child = await start();
    const thing = { id: newId(), version: 1 };
    child.send({ publish: thing, mood: 'wait' });
    await child.until('handling');
    await redis.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    child.send({ go: true });
    await eventually(async () => expect(await effects(thing.id)).toBe(1));
    await child.end('SIGKILL');
    await redis.call('CLIENT', 'UNPAUSE');
    await expectOneEffect(thing.id);
  });

  const OURS = `FROM events.timer WHERE service = 'fixture'`;
  const timersLeft = async (): Promise<number> =>
    (await db.query<{ n: number }>(`SELECT count(*)::int AS n ${OURS}`)).rows[0]?.n as number;

  it('in the midst of firing timers fires all of them or none, and with the next process each has fired once', async () => {
    const child = await start();
    const things = Array.from({ length: 20 }, () => newId());
    await db.query('BEGIN');
    await db.query('LOCK TABLE events.event IN EXCLUSIVE MODE');
    child.send({ timers: things });
    await child.until('set');
    await eventually(async () => {
      const waiting = await rowsOf(
        clone.url,
        `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'events.event'::regclass`,
      );
      expect(waiting).toBeGreaterThan(0);
    });
    await child.end('SIGKILL');
    await db.query('ROLLBACK');
    await eventually(async () => {
      const left = await timersLeft();
      expect([await rowsOf(clone.url, `SELECT 1 ${OURS} FOR UPDATE SKIP LOCKED`), left % things.length]).toEqual([
        left,
        0,
      ]);
    });
    for (const id of things) expect(await effects(id)).toBe(0);
    await start();
    for (const id of things) await eventually(async () => expect(await effects(id)).toBe(1), 60_000);
    expect(await timersLeft()).toBe(0);
  });

  it('after it fired timers, before Redis knew of it, has fired them once', async () => {
    const child = await start();
    const things = Array.from({ length: 20 }, () => newId());
    await redis.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    child.send({ timers: things });
    await child.until('set');
    await eventually(async () => expect(await timersLeft()).toBe(0), 30_000);
    await child.end('SIGKILL');
    await redis.call('CLIENT', 'UNPAUSE');
    for (const id of things) expect(await effects(id)).toBe(0);
    await start();
    for (const id of things) await eventually(async () => expect(await effects(id)).toBe(1), 60_000);
  });

  it('each time it handles one event gives that one up after the usual tries, and nothing else', async () => {
    const things = ['fine', 'end', 'fine', 'fine'].map((mood) => ({ id: newId(), version: 1, mood }));
    const api = await start('api');
    for (const { mood, ...thing } of things) {
      api.send({ publish: thing, mood });
      await api.until('published');
    }
    await api.end('SIGKILL');
    const killer = things[1]!.id;
    // That five processes died of it before is said here, as each start costs seconds: the last three do die.
    const before = 5;
    await db.query(
      `UPDATE events.delivery d SET attempts = $2 FROM events.event e WHERE e.id = d.event_id AND e.aggregate_id = $1`,
      [killer, before],
    );
    const state = async () =>
      (
        await db.query<{ attempts: number; dead: boolean }>(
          `SELECT d.attempts, d.dead_at IS NOT NULL AS dead FROM events.delivery d JOIN events.event e ON e.id = d.event_id
            WHERE e.aggregate_id = $1`,
          [killer],
        )
      ).rows[0]!;
    let processes = 0;
    for (; processes < 12; processes++) {
      // Its time has come.
      await db.query(
        `UPDATE events.delivery SET dispatched_at = dispatched_at - interval '1 hour', due_at = now() WHERE handled_at IS NULL`,
      );
      const child = await start('worker').catch(() => undefined);
      const ended = child?.ended.then(() => true) ?? true;
      const dead = eventually(async () => expect((await state()).dead).toBe(true), 20_000).then(() => false);
      dead.catch(() => undefined);
      if (!(await Promise.race([ended, dead]))) break;
    }
    expect(await state()).toEqual({ attempts: 8, dead: true });
    // One that takes more than REDELIVER_AFTER_SECONDS to die is given it twice.
    expect(processes).toBeGreaterThan(0);
    expect(processes).toBeLessThanOrEqual(8 - before);
    await eventually(async () => {
      for (const { id } of things) expect(await effects(id)).toBe(id === killer ? 0 : 1);
    });
    await eventually(async () => {
      const { rows } = await db.query('SELECT thing_id FROM fixture.given_up');
      expect(rows).toEqual([{ thing_id: killer }]);
    });
  });

  it('on SIGTERM under load exits 0 within 30 s and has lost nothing it acknowledged', async () => {
    const child = await start();
    const token = await issuer.sign(`${BASE_URL}/directory/oauth`, {
      client_id: 'load',
      sub: 'load',
      scope: 'staffing:appointment:write',
    });
    const acknowledged: string[] = [];
    let running = true;
    const load = Array.from({ length: 16 }, async () => {
      while (running) {
        const id = newId();
        try {
          const answer = await fetch(`http://127.0.0.1:${child.port}/fixture/v1/things`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: JSON.stringify({ id }),
          });
          if (answer.status === 201) acknowledged.push(id);
          else if (answer.status >= 500 && answer.status !== 503) throw new Error(`answered ${answer.status}`);
        } catch (error) {
          // The connection was refused or reset: not acknowledged.
          if ((error as Error).name !== 'TypeError') throw error;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    });
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(300), 30_000);
    const started = Date.now();
    const code = await child.end('SIGTERM');
    running = false;
    await Promise.all(load);
    expect(code).toBe(0);
    expect(Date.now() - started).toBeLessThan(30_000);
    await start();
    await eventually(async () => {
      const { rows } = await db.query<{ n: number; things: number }>(
        'SELECT count(*)::int AS n, count(DISTINCT thing_id)::int AS things FROM fixture.effect WHERE thing_id = ANY($1)',
        [acknowledged],
      );
      expect(rows[0]).toEqual({ n: acknowledged.length, things: acknowledged.length });
    }, 60_000);
  });
});

async function rowsOf(url: string, statement: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows.length;
  } finally {
    await client.end();
  }
}
