import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { newId } from '#database';
import { ChildProcess, databaseUrl, eventually, prepareTemplate, secretKeyFile, TEMPLATE, TestIssuer } from '#testing';
import { freeze, thaw } from '../../../tools/chaos/freeze.js';
import { type LocalPostgres, startPostgres } from '../../../tools/local/postgres.js';

const BASE_URL = 'http://yizhan.test';
const FROZEN_MS = 14_000;

interface Answer {
  id: string;
  status: number;
  retryAfter: string | null;
  asked: number;
  ms: number;
}

describe('a PostgreSQL that answers nobody', () => {
  let home: string;
  let postgres: LocalPostgres;
  let url: string;
  let issuer: TestIssuer;
  let child: ChildProcess;
  let db: pg.Client;
  let token: string;
  const answers: Answer[] = [];

  beforeAll(async () => {
    home = await realpath(await mkdtemp(join(tmpdir(), 'yizhan-frozen-')));
    await chmod(home, 0o711);
    postgres = await startPostgres({ dataDir: join(home, 'postgres'), persistent: false, fast: true });
    await prepareTemplate(postgres.url);
    url = databaseUrl(postgres.url, TEMPLATE);
    db = new pg.Client({ connectionString: url });
    await db.connect();
    await db.query('CREATE SCHEMA fixture');
    await db.query(
      'CREATE TABLE fixture.effect (id uuid PRIMARY KEY, event_id uuid NOT NULL, thing_id uuid NOT NULL, step int NOT NULL)',
    );
    issuer = await TestIssuer.create();
    token = await issuer.sign(`${BASE_URL}/directory/oauth`, {
      client_id: 'load',
      sub: 'load',
      scope: 'staffing:appointment:write',
    });
    child = await ChildProcess.start('libs/events/test/crash-child.ts', {
      DATABASE_URL: url,
      SECRET_KEY_FILE: secretKeyFile(),
      REDIS_URL: process.env['YIZHAN_TEST_REDIS'] as string,
      REDIS_PREFIX: `frozen-${randomUUID()}`,
      PORT: '0',
      BASE_URL,
      JWKS_URL: issuer.jwksUrl,
      RATE_LIMIT_PER_MINUTE: '1000000',
    });
  });
  afterAll(async () => {
    await thaw(postgres.pid);
    await child.end('SIGKILL');
    await issuer.close();
    await db.end();
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  });

  async function write(): Promise<Answer> {
    const id = newId();
    const asked = Date.now();
    const answer = await fetch(`http://127.0.0.1:${child.port}/fixture/v1/things`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify({ id }),
    });
    await answer.text();
    const { status, headers } = answer;
    const found = { id, status, retryAfter: headers.get('retry-after'), asked, ms: Date.now() - asked };
    answers.push(found);
    return found;
  }

  it('has requests answered 503 within 6 s, and what is acknowledged takes effect once within 10 s of its return', async () => {
    let going = true;
    const clients = Array.from({ length: 24 }, async () => {
      while (going) if ((await write()).status !== 201) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await eventually(() => expect(answers.length).toBeGreaterThan(200));

    await freeze(postgres.pid);
    await new Promise((resolve) => setTimeout(resolve, FROZEN_MS));
    await thaw(postgres.pid);
    const back = Date.now();
    await eventually(() =>
      expect(answers.filter((a) => a.status === 201 && a.asked > back).length).toBeGreaterThan(50),
    );
    expect(Date.now() - back).toBeLessThan(10_000);
    going = false;
    await Promise.all(clients);

    const refused = answers.filter(({ status }) => status !== 201);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    expect(refused.length).toBeGreaterThan(24);
    expect(refused.every(({ retryAfter }) => Number(retryAfter) >= 1)).toBe(true);
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(6_000);

    const acknowledged = answers.filter(({ status }) => status === 201).map(({ id }) => id);
    await eventually(
      async () => {
        const { rows } = await db.query<{ n: number; things: number }>(
          'SELECT count(*)::int AS n, count(DISTINCT thing_id)::int AS things FROM fixture.effect WHERE thing_id = ANY($1)',
          [acknowledged],
        );
        expect(rows[0]).toEqual({ n: acknowledged.length, things: acknowledged.length });
      },
      back + 10_000 - Date.now(),
    );
  });

  it('is not one that takes long over a statement: the request is answered when it is done', async () => {
    await db.query('BEGIN');
    await db.query('LOCK TABLE events.event IN EXCLUSIVE MODE');
    const answer = write();
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    await db.query('COMMIT');
    const { status, ms } = await answer;
    expect({ status, waited: ms > 6_900 }).toEqual({ status: 201, waited: true });
  });
});
