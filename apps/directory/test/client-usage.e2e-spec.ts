import { sql } from '#database';
import { Schedules } from '#events';
import { AppUsage } from '#http';
import { campus, type Client, drainEvents, eventually, RedisProxy, TestApp } from '#testing';
import type { ClientDto, IssuedClientDto } from '../src/clients/clients.dto.js';
import type { ClientUsageDto } from '../src/client-usage/client-usage.dto.js';
import { directory } from '../src/directory.module.js';

const NOON = '2026-11-20T12:34:56+08:00';

describe('what apps ask', () => {
  let one: TestApp;
  let two: TestApp;
  const proxy = new RedisProxy();
  let admin: Client;
  let id: string;
  beforeAll(async () => {
    one = await TestApp.create([directory]);
    const { databaseUrl, redisPrefix } = one.config;
    await proxy.open();
    two = await TestApp.create([directory], { databaseUrl, redisUrl: proxy.url, redisPrefix, roles: ['api'] });
    for (const process of [one, two]) process.clock.set(NOON);
    admin = await one.client();
    // `test-app` is who every caller of the tests comes from.
    const body = {
      clientId: 'test-app',
      name: '测试',
      grants: ['client_credentials'],
      permissions: ['directory:unit:read'],
      requestsPerMinute: 60,
    };
    id = ((await admin.post('/directory/v1/clients', body).expect(201)).body as IssuedClientDto).id;
    await written();
    await one.query(sql`DELETE FROM platform.app_usage`);
  });
  afterAll(async () => {
    await two?.close();
    await one?.close();
    await proxy.cut();
  });

  const written = () => Promise.all([one, two].map(({ app }) => app.get(AppUsage).write()));
  const usage = async (query = 'from=2026-11-01&to=2026-11-30') =>
    (await admin.get(`/directory/v1/clients/${id}/usage?${query}`).expect(200)).body as ClientUsageDto;

  it('is counted by two processes together: what is taken, refused, and what takes files', async () => {
    const [here, there] = [await one.client('directory:unit:read'), await two.client('directory:unit:read')];
    await Promise.all([1, 2, 3].map(() => here.get('/directory/v1/units').expect(200)));
    await there.get('/directory/v1/units').expect(200);
    await there.get('/directory/v1/people').expect(403);
    const sheet = await two.client('directory:import:write');
    await sheet.post('/directory/v1/imports/roster-sheet').attach('file', Buffer.from('x'), 'x.csv');
    await written();
    expect(await usage()).toEqual({
      clientId: 'test-app',
      days: [
        {
          date: '2026-11-20',
          requests: 5,
          bulkRequests: 1,
          refusedByLimit: 0,
          refusedByPermission: 1,
          serverErrors: 0,
        },
      ],
    });
    const [listed] = (await admin.get('/directory/v1/clients').expect(200)).body.data.filter(
      (client: ClientDto) => client.clientId === 'test-app',
    ) as ClientDto[];
    expect(listed!.lastUsedAt).toBe('2026-11-20T04:00:00.000Z');
  });

  it('is kept when the database does not take it, and nobody is named who has no token', async () => {
    await one.caller().get('/directory/v1/units').expect(401);
    await one.caller('not.a.token').get('/directory/v1/units').expect(401);
    await written();
    const before = (await usage()).days[0]!.requests;
    await one.query(sql`ALTER TABLE platform.app_usage RENAME TO elsewhere`);
    await one.app.get(AppUsage).write();
    await one.query(sql`ALTER TABLE platform.elsewhere RENAME TO app_usage`);
    await written();
    expect((await usage()).days[0]!.requests).toBe(before + 1);
    expect(await one.query(sql`SELECT DISTINCT app FROM platform.app_usage`)).toEqual([{ app: 'test-app' }]);
  });

  it('wants days in their order, of an app that there is', async () => {
    for (const days of ['from=2026-11-02&to=2026-11-01', 'from=2024-01-01&to=2026-01-01']) {
      const { body } = await admin.get(`/directory/v1/clients/${id}/usage?${days}`).expect(400);
      expect(body.errors[0].pointer).toBe('?to');
    }
    const none = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';
    await admin.get(`/directory/v1/clients/${none}/usage?from=2026-11-01&to=2026-11-01`).expect(404);
    const blind = await one.client('directory:unit:read');
    await blind.get(`/directory/v1/clients/${id}/usage?from=2026-11-01&to=2026-11-01`).expect(403);
  });

  it('is forgotten after the days of the policy', async () => {
    const insert = (day: string) =>
      one.query(sql`INSERT INTO platform.app_usage VALUES ('test-app', ${day}, 1, 0, 0, 0, 0, ${day})`);
    await insert('2025-11-26');
    await insert('2025-11-27');
    await one.app.get(Schedules).tick(new Date('2027-01-01T04:52:30+08:00'));
    await drainEvents(one);
    const { days } = await usage('from=2025-11-26&to=2025-11-27');
    expect(days.map(({ date }) => date)).toEqual(['2025-11-27']);
  });

  it('goes on without Redis, says so, and is held to the limit that the app was given', async () => {
    await proxy.cut();
    const { body: health } = await two.caller().get('/health/ready').expect(200);
    expect(health).toMatchObject({ status: 'degraded', checks: { redis: { status: 'degraded' } } });
    const app = await two.client('directory:unit:read');
    const ask = () => app.get('/directory/v1/units?limit=1');
    await eventually(async () => expect((await ask()).headers['ratelimit-policy']).toBe('"app";q=60;w=60'), 30_000);
    let refused = 0;
    // More than two minutes take: one of them is over when the limit is met.
    for (let i = 0; i < 200 && refused === 0; i++) if ((await ask()).status === 429) refused++;
    expect(refused).toBe(1);
    // Another app is not held up by it, nor is this one at a bulk route.
    await (await two.person(campus.staff.counselorCs)).get('/directory/v1/units?limit=1').expect(200);
    const sheet = await two.client('directory:import:write');
    const { headers } = await sheet
      .post('/directory/v1/imports/roster-sheet')
      .attach('file', Buffer.from('x'), 'x.csv');
    expect(headers['ratelimit-policy']).toBe('"bulk";q=1000000;w=60');
    await written();
    const [day] = await one.query<{ limited: string }>(
      sql`SELECT limited FROM platform.app_usage WHERE day = '2026-11-20'`,
    );
    expect(Number(day!.limited)).toBe(1);
    await proxy.open();
    await eventually(async () => expect((await two.caller().get('/health/ready')).body.status).toBe('ok'));
  });
});
