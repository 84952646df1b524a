import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { connect, Database, query, sql } from '#database';
import { campus, type Client, cloneDatabase, drainEvents, eventually, TestApp } from '#testing';
import { CampusClock } from '#time';
import { markSandbox, takeSnapshot } from '#service';
import { affairs } from '../../../apps/affairs/src/affairs.module.js';
import { directory } from '../../../apps/directory/src/directory.module.js';

const CLOCK = '/directory/v1/sandbox/clock';
const DAY = 86_400;

describe('a sandbox', () => {
  let test: TestApp;
  let other: TestApp;
  let app: Client;
  let drop: () => Promise<void>;
  // Its own: what other tests hand in at this moment is not looked at, nor given up.
  const filesDir = mkdtempSync(join(tmpdir(), 'yizhan-sandbox-'));
  beforeAll(async () => {
    const clone = await cloneDatabase();
    drop = clone.drop;
    const source = await connect({ url: clone.url, entities: [], poolSize: 2, applicationName: 'test' });
    const database = new Database(source);
    await database.transaction(null, markSandbox);
    await database.background(takeSnapshot);
    await source.destroy();
    const sandbox = { databaseUrl: clone.url, filesDir, sandbox: true };
    test = await TestApp.create([directory, affairs], sandbox);
    const { redisPrefix } = test.config;
    other = await TestApp.create([directory], { ...sandbox, redisPrefix, roles: ['api'] });
    app = await test.client();
  }, 120_000);
  afterAll(async () => {
    await other?.close();
    await test?.close();
    await drop?.();
    rmSync(filesDir, { recursive: true, force: true });
  }, 60_000);

  const ahead = (of: TestApp) => (of.app.get(CampusClock).now().getTime() - Date.now()) / 1_000;

  it('has a clock that goes forward, in every process', async () => {
    expect((await app.get(CLOCK).expect(200)).body.aheadSeconds).toBe(0);
    const { body } = await app.put(CLOCK, { aheadSeconds: 3 * DAY }).expect(200);
    expect(body.aheadSeconds).toBe(3 * DAY);
    expect(Math.abs(Date.parse(body.now as string) - Date.now() - 3 * DAY * 1_000)).toBeLessThan(10_000);
    expect(ahead(test)).toBeCloseTo(3 * DAY, 0);
    await eventually(() => expect(ahead(other)).toBeCloseTo(3 * DAY, 0));

    const back = await app.put(CLOCK, { aheadSeconds: 2 * DAY }).expect(409);
    expect(back.body.code).toBe('platform/sandbox-clock-backwards');
    await app.put(CLOCK, { aheadSeconds: -1 }).expect(400);
    await (await test.client('directory:unit:read')).put(CLOCK, { aheadSeconds: 4 * DAY }).expect(403);
    expect(ahead(test)).toBeCloseTo(3 * DAY, 0);
  });

  it('is put back as a job: what the school had, and the time; apps stay', async () => {
    const client = {
      clientId: 'kept',
      name: '留',
      grants: ['client_credentials'],
      permissions: ['directory:unit:read'],
    };
    await app.post('/directory/v1/clients', client).expect(201);
    const name = () => query(test.tx, sql`SELECT name FROM directory.person WHERE id = ${campus.students[0]}`);
    const before = await name();
    await test.query(sql`UPDATE directory.person SET name = '改' WHERE id = ${campus.students[0]}`);
    await test.query(sql`DELETE FROM directory.residence WHERE person_id = ${campus.students[1]}`);
    await test.query(sql`UPDATE events.schedule SET last_period = now() + interval '3 days'`);

    // Contents that were handed in go with their rows, but for what is being put.
    const folder = join(filesDir, 'affairs');
    mkdirSync(folder, { recursive: true });
    const [left, putting] = [v7({ msecs: Date.now() - 120_000 }), v7()];
    for (const content of [left, putting]) writeFileSync(join(folder, content), 'x');

    const accepted = await app.post('/directory/v1/sandbox/reset').expect(202);
    const job = accepted.headers['location'] as string;
    await drainEvents(test);
    await eventually(async () => expect((await app.get(job).expect(200)).body.status).toBe('succeeded'));
    expect(await name()).toEqual(before);
    await eventually(() => expect(readdirSync(folder)).toEqual([putting]));
    const beds = await test.query(sql`SELECT 1 FROM directory.residence WHERE person_id = ${campus.students[1]}`);
    expect(beds).toHaveLength(1);
    expect(await test.query(sql`SELECT 1 FROM directory.client WHERE client_id = 'kept'`)).toHaveLength(1);
    for (const process of [test, other])
      await eventually(() => expect(Math.abs(ahead(process))).toBeLessThan(2), 5_000);
    await eventually(async () =>
      expect(await test.query(sql`SELECT 1 FROM events.schedule WHERE last_period > now()`)).toEqual([]),
    );
  });

  it('says that its apps are of a sandbox, and neither they nor their tokens are known at a school', async () => {
    // Their issuers have the same name, so that what keeps them apart is keys and databases alone.
    const school = await TestApp.create([directory]);
    try {
      expect(school.config.issuer).toBe(test.config.issuer);
      const environments = { sandbox: test, production: school };
      const all = Object.entries(environments);
      for (const [environment, own] of all) {
        const other = all.find(([, one]) => one !== own)![1];
        const admin = await own.client();
        const input = {
          clientId: 'tried',
          name: '试',
          grants: ['client_credentials'],
          permissions: ['directory:unit:read'],
        };
        const { client, secret } = (await admin.post('/directory/v1/clients', input).expect(201)).body as {
          client: { environment: string };
          secret: string;
        };
        expect(client.environment).toBe(environment);
        const { body: discovery } = await own
          .caller()
          .get('/directory/oauth/.well-known/openid-configuration')
          .expect(200);
        expect(discovery).toMatchObject({ yizhan_environment: environment });
        const ask = (at: TestApp) =>
          at
            .caller()
            .post('/directory/oauth/token')
            .auth('tried', secret)
            .type('form')
            .send('grant_type=client_credentials');
        await ask(own).expect(200);
        expect((await ask(other).expect(401)).body).toMatchObject({ error: 'invalid_client' });
        await admin.get('/directory/v1/units').expect(200);
        await other.caller(admin.token).get('/directory/v1/units').expect(401);
      }
    } finally {
      await school.close();
    }
  }, 60_000);

  it('names its routes in its own documents', async () => {
    const { body } = await test.caller('').get('/openapi.json').expect(200);
    expect(Object.keys((body as { paths: object }).paths)).toEqual(
      expect.arrayContaining([CLOCK, '/directory/v1/sandbox/reset']),
    );
  });

  it('is never started as a school, nor a school as a sandbox', async () => {
    const { databaseUrl } = test.config;
    await expect(TestApp.create([directory], { databaseUrl })).rejects.toThrow('is a sandbox');
    await expect(TestApp.create([directory], { sandbox: true })).rejects.toThrow('YIZHAN_SANDBOX');
  }, 60_000);
});

describe('anywhere else', () => {
  it('there is no such route, and the clock is not moved by what a table says', async () => {
    const school = await TestApp.create([directory]);
    try {
      const app = await school.client();
      for (const send of [
        app.get(CLOCK),
        app.put(CLOCK, { aheadSeconds: 60 }),
        app.post('/directory/v1/sandbox/reset'),
      ])
        expect((await send.expect(404)).body.code).toBe('http/not-found');
      // Written behind its back while it runs: it looks for nothing there.
      const clock = school.app.get(CampusClock);
      const was = clock.now().getTime() - Date.now();
      await school.query(sql`INSERT INTO platform.sandbox (ahead_seconds) VALUES (86400)`);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(Math.abs(clock.now().getTime() - Date.now() - was)).toBeLessThan(1_000);
    } finally {
      await school.close();
    }
  }, 60_000);
});
