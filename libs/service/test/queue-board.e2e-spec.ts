import { Module } from '@nestjs/common';
import { SERVICE_NAMES } from '#contracts';
import type { Service } from '#service';
import { campus, TestApp, type Client } from '#testing';

@Module({})
class EmptyModule {}
const service: Service = { name: 'party-building', module: EmptyModule, entities: [], migrations: [] };
const BOARD = '/operations/queues';

describe('the queue board', () => {
  let test: TestApp;
  let operator: Client;
  beforeAll(async () => {
    test = await TestApp.create([service]);
    operator = await test.client('platform:operations:read');
  });
  afterAll(() => test?.close());

  it('shows the queues of all services to operators', async () => {
    const page = await operator.get(BOARD).expect(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.text).not.toMatch(/https?:/);
    expect(page.text).toContain(`<base href="${BOARD}/"`);
    const [, script] = /src="(static\/js\/main[^"]+)"/.exec(page.text) ?? [];
    const asset = await operator.get(`${BOARD}/${script}`).expect(200);
    expect(asset.headers['content-type']).toContain('javascript');

    const { body } = await operator.get(`${BOARD}/api/queues`).expect(200);
    const queues = body.queues as { name: string; readOnlyMode: boolean }[];
    expect(queues.map(({ name }) => name).sort()).toEqual([...SERVICE_NAMES].sort());
    expect(queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true);
    expect(JSON.stringify(body)).not.toContain('redis_version');
  });

  it('takes the token as the password of a browser', async () => {
    const basic = (password: string) => `Basic ${Buffer.from(`operator:${password}`).toString('base64')}`;
    await test.caller().get(BOARD).set('Authorization', basic(operator.token)).expect(200);
    await test.caller().get(BOARD).set('Authorization', basic('wrong')).expect(401);
    await test.caller().get(BOARD).set('Authorization', basic('')).expect(401);
  });

  it('asks everybody else for a token, on every path', async () => {
    for (const path of [BOARD, `${BOARD}/api/queues`, `${BOARD}/static/js/main.js`]) {
      const refused = await test.caller().get(path).expect(401);
      expect(refused.headers['www-authenticate']).toMatch(/^Basic realm="paste an access token as the password"/);
      expect(refused.body).toMatchObject({ code: 'http/unauthorized' });
      expect(refused.headers['content-security-policy']).toContain("default-src 'none'");
    }
  });

  it('refuses who may not see operations', async () => {
    const other = await test.client('platform:operations:write');
    await other.get(`${BOARD}/api/queues`).expect(403);
    await (await test.person(campus.staff.schoolOfficer)).get(BOARD).expect(403);
  });

  it('lets nobody change a queue', async () => {
    const everything = await test.client();
    await everything.put(`${BOARD}/api/queues/safety/pause`).expect(405);
    await everything.put(`${BOARD}/api/queues/safety/clean/completed`).expect(405);
    await everything.post(`${BOARD}/api/queues/safety/add`).expect(405);
  });
});
