import { createHmac, createPublicKey, verify } from 'node:crypto';
import { Webhook as Judge } from 'standardwebhooks';
import { Webhook as SecondJudge } from 'svix';
import { HonourRecordedV1, WarningRaisedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { type Client, eventually, TestApp } from '#testing';
import { directory } from '../../directory/src/directory.module.js';
import { integration } from '../src/integration.module.js';
import { type Got, Receiver } from './receiver.js';

const ROOT = '/integration/v1/webhooks';
const HONOUR = 'affairs.honour-recorded.v1';

interface Answer {
  id: string;
  version: number;
  secret: string;
  disabledFor: string | null;
  disabledAt: string | null;
}
interface Message {
  id: string;
  state: string;
  nextAt: string | null;
  attempts: { number: number; status: number | null; problem: string | null }[];
}

describe('webhooks', () => {
  let test: TestApp;
  let app: Client;
  let receiver: Receiver;

  beforeAll(async () => {
    test = await TestApp.create([directory, integration], { webhookTargets: ['127.0.0.0/8'] });
    const permissions = ['integration:webhook:manage', 'affairs:honour:read', 'early-warning:warning:read'];
    const client = { clientId: 'test-app', name: '测试应用', grants: ['client_credentials'], permissions };
    await (await test.client('directory:client:write')).post('/directory/v1/clients', client).expect(201);
    // As though a second administrator had approved it.
    await test.query(
      sql`UPDATE directory.client SET permissions = permissions || '{early-warning:warning:read}' WHERE client_id = 'test-app'`,
    );
    app = await test.client('integration:webhook:manage', 'affairs:honour:read');
  });
  afterAll(() => test?.close());
  beforeEach(async () => {
    // What judges verify must have been sent within five minutes by the machine's clock.
    test.clock.set(new Date());
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    await test.query(sql`DELETE FROM integration.webhook`);
    await receiver.close();
  });

  const register = async (more: object = {}): Promise<Answer> =>
    (await app.post(ROOT, { url: receiver.url, types: [HONOUR], description: '测试', ...more }).expect(201))
      .body as Answer;
  const honour = (): HonourRecordedV1 => new HonourRecordedV1({ honourId: newId(), personId: newId() } as never);
  const publish = (event: object = honour(), version = 1): Promise<string> =>
    test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, event, { id: newId(), version }));
  const messages = async ({ id }: Answer): Promise<Message[]> =>
    ((await app.get(`${ROOT}/${id}/messages`).expect(200)).body as { data: Message[] }).data;
  const got = (count: number): Promise<Got[]> =>
    eventually(() => {
      expect(receiver.got).toHaveLength(count);
      return receiver.got;
    });
  const post = (webhook: Answer, verb: string): ReturnType<Client['post']> =>
    app.post(`${ROOT}/${webhook.id}/${verb}`).set('If-Match', `"${webhook.version}"`);

  it('tell of an event, signed so that libraries of others verify it, and with ids alone', async () => {
    const { id, secret } = await register();
    await publish();
    const [{ headers, body }] = (await got(1)) as [Got];
    for (const judge of [new Judge(secret), new SecondJudge(secret)])
      expect(() => judge.verify(body, headers as Record<string, string>)).not.toThrow();
    expect(() =>
      new Judge(secret).verify(body.replace('honour', 'humour'), headers as Record<string, string>),
    ).toThrow();
    const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
    expect(type).toBe(HONOUR);
    expect(data).toMatchObject({ sequence: 1, aggregateId: expect.any(String) });
    for (const [key, value] of Object.entries(data)) if (key !== 'sequence') expect(value).toMatch(/^[0-9a-f-]{36}$/);
    const [message] = await eventually(async () => {
      const all = await messages({ id } as Answer);
      expect(all[0]).toMatchObject({ state: 'delivered' });
      return all;
    });
    expect(message).toMatchObject({ id: headers['webhook-id'], nextAt: null, attempts: [{ number: 1, status: 204 }] });
  });

  it('are tried again with the same id, and an event handled twice is told once', async () => {
    const webhook = await register();
    receiver.answer = (response) => response.writeHead(receiver.got.length === 1 ? 500 : 200).end();
    const event = await publish();
    await got(1);
    await eventually(async () =>
      expect(await messages(webhook)).toMatchObject([{ state: 'waiting', attempts: [{ status: 500 }] }]),
    );
    const [{ nextAt }] = (await messages(webhook)) as [Message];
    const pause = new Date(nextAt!).getTime() - test.clock.now().getTime();
    expect(pause).toBeGreaterThan(2_000);
    expect(pause).toBeLessThan(6_000);
    await test.query(
      sql`UPDATE events.delivery SET handled_at = NULL, dispatched_at = NULL WHERE event_id = ${event} AND consumer = 'integration'`,
    );
    test.clock.advance({ seconds: 6 });
    const [first, second] = await got(2);
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.body).toBe(first!.body);
    await eventually(async () =>
      expect(await messages(webhook)).toMatchObject([{ state: 'delivered', attempts: [{}, { status: 200 }] }]),
    );
    await eventually(async () =>
      expect(
        await test.query(
          sql`SELECT FROM events.delivery WHERE event_id = ${event} AND handled_at IS NULL AND consumer = 'integration'`,
        ),
      ).toEqual([]),
    );
    expect(await messages(webhook)).toHaveLength(1);
  });

  it('wait as long as a receiver asks, and are switched off when ten attempts came to nothing', async () => {
    const webhook = await register();
    receiver.answer = (response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    await publish();
    await got(1);
    const [{ nextAt }] = await eventually(async () => {
      const all = await messages(webhook);
      expect(all[0]?.attempts).toHaveLength(1);
      return all as [Message];
    });
    expect(new Date(nextAt!).getTime() - test.clock.now().getTime()).toBeGreaterThan(3_500_000);
    for (let attempt = 2; attempt <= 10; attempt++) {
      test.clock.advance({ days: 1, hours: 3 });
      await got(attempt);
      await eventually(async () => expect((await messages(webhook))[0]?.attempts).toHaveLength(attempt));
    }
    expect(await messages(webhook)).toMatchObject([{ state: 'failed', nextAt: null }]);
    const { body } = await app.get(`${ROOT}/${webhook.id}`).expect(200);
    expect(body).toMatchObject({ disabledFor: 'failing' });
    const told = await test.query(
      sql`SELECT payload FROM events.event WHERE name = 'integration.webhook-disabled.v1' AND payload ->> 'webhookId' = ${webhook.id}`,
    );
    expect(told).toEqual([{ payload: { webhookId: webhook.id, reason: 'failing' } }]);
    // Once it is enabled, what failed is sent again on demand.
    receiver.answer = (response) => response.writeHead(200).end();
    const enabled = (await post(body as Answer, 'enable').expect(200)).body as Answer;
    const replay = { from: '2020-01-01T00:00:00Z', which: 'failed' };
    expect((await app.post(`${ROOT}/${enabled.id}/replay`, replay).expect(200)).body).toEqual({ messages: 1 });
    await got(11);
    expect((await app.post(`${ROOT}/${enabled.id}/replay`, replay).expect(409)).body.code).toBe(
      'integration/webhook-too-soon',
    );
  });

  it('stop at 410 and keep what waits until they are enabled', async () => {
    const webhook = await register();
    receiver.answer = (response) => response.writeHead(410).end();
    await publish();
    const off = await eventually(async () => {
      const { body } = await app.get(`${ROOT}/${webhook.id}`).expect(200);
      expect(body).toMatchObject({ disabledFor: 'gone' });
      return body as Answer;
    });
    await publish();
    await test.query(sql`SELECT pg_sleep(0.5)`);
    expect(receiver.got).toHaveLength(1);
    expect((await app.post(`${ROOT}/${webhook.id}/test`).expect(409)).body.code).toBe('integration/webhook-disabled');
    receiver.answer = (response) => response.writeHead(200).end();
    test.clock.advance({ minutes: 2 });
    await post(off, 'enable').expect(200);
    await got(3);
  });

  it('follow no redirect, read no long answer and wait for none that hangs', async () => {
    const webhook = await register();
    receiver.answer = (response) => response.writeHead(302, { location: receiver.url }).end();
    await publish();
    await eventually(async () =>
      expect((await messages(webhook))[0]).toMatchObject({ state: 'waiting', attempts: [{ status: 302 }] }),
    );
    expect(receiver.got).toHaveLength(1);
    await test.query(sql`DELETE FROM integration.webhook_message`);
    receiver.answer = (response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    await publish();
    await eventually(async () => expect((await messages(webhook))[0]).toMatchObject({ state: 'delivered' }));
    await test.query(sql`DELETE FROM integration.webhook_message`);
    receiver.answer = () => undefined;
    await publish();
    await eventually(
      async () =>
        expect((await messages(webhook))[0]).toMatchObject({
          state: 'waiting',
          attempts: [{ status: null, problem: 'TIMEOUT' }],
        }),
      20_000,
    );
  });

  it('are signed by both secrets for a day after one is replaced', async () => {
    const old = await register();
    const fresh = (await post(old, 'rotate-secret').expect(200)).body as Answer;
    expect(fresh.secret).not.toBe(old.secret);
    await publish();
    const [{ headers, body }] = (await got(1)) as [Got];
    for (const { secret } of [old, fresh])
      expect(() => new Judge(secret).verify(body, headers as Record<string, string>)).not.toThrow();
    test.clock.advance({ hours: 25 });
    await publish();
    const second = (await got(2))[1]!;
    const key = (secret: string): string =>
      `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update(
          `${second.headers['webhook-id'] as string}.${second.headers['webhook-timestamp'] as string}.${second.body}`,
        )
        .digest('base64')}`;
    const [v1, v1a, ...more] = (second.headers['webhook-signature'] as string).split(' ');
    expect([v1, more]).toEqual([key(fresh.secret), []]);
    // Ed25519 by the public key alone (RFC 8032, in a JWK of RFC 8037).
    const { publicKeys } = fresh as Answer & { publicKeys: string[] };
    expect(publicKeys).toHaveLength(2);
    const verified = publicKeys.map((one) => {
      const x = Buffer.from(one.replace(/^whpk_/, ''), 'base64').toString('base64url');
      const judge = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
      const content = `${second.headers['webhook-id'] as string}.${second.headers['webhook-timestamp'] as string}.${second.body}`;
      return verify(null, Buffer.from(content), judge, Buffer.from(v1a!.replace(/^v1a,/, ''), 'base64'));
    });
    expect(verified).toEqual([true, false]);
    expect((headers['webhook-signature'] as string).match(/v1a,/g)).toHaveLength(2);
    const kept = await test.query<{ sealed: Buffer }>(sql`SELECT sealed_secrets AS sealed FROM integration.webhook`);
    expect(kept[0]!.sealed.toString('latin1')).not.toContain('whsec_');
  });

  it('come as CloudEvents where the app wants them so', async () => {
    await register({ format: 'cloudevents' });
    await publish();
    const [{ headers, body }] = (await got(1)) as [Got];
    expect(headers).toMatchObject({
      'ce-specversion': '1.0',
      'ce-type': HONOUR,
      'ce-source': 'http://yizhan.test',
      'ce-id': headers['webhook-id'],
    });
    expect(JSON.parse(body)).toMatchObject({ sequence: 1 });
  });

  it('tell an app of what it may read alone, also when that changes', async () => {
    const warning = (): WarningRaisedV1 =>
      new WarningRaisedV1({ warningId: newId(), studentId: newId(), level: 'red', asOf: '2026-11-02' });
    const types = [HONOUR, 'early-warning.warning-raised.v1'];
    const refused = await app.post(ROOT, { url: receiver.url, types, description: '测试' }).expect(422);
    expect(refused.body).toMatchObject({
      code: 'integration/webhook-type-refused',
      errors: [{ pointer: '#/types/1' }],
    });
    const both = await test.client('integration:webhook:manage', 'affairs:honour:read', 'early-warning:warning:read');
    await both.post(ROOT, { url: receiver.url, types, description: '测试' }).expect(201);
    await publish(warning());
    const [first] = (await got(1)) as [Got];
    // Its level and day are for who asks for the warning.
    expect(Object.keys((JSON.parse(first.body) as { data: object }).data).sort()).toEqual([
      'aggregateId',
      'sequence',
      'studentId',
      'warningId',
    ]);
    // What waits is not sent once the permission is gone.
    receiver.answer = (response) => response.writeHead(500).end();
    await publish(warning());
    await got(2);
    await test.query(
      sql`UPDATE directory.client SET permissions = array_remove(permissions, 'early-warning:warning:read') WHERE client_id = 'test-app'`,
    );
    test.clock.advance({ minutes: 10 });
    await publish();
    await got(3);
    expect(JSON.parse(receiver.got[2]!.body)).toMatchObject({ type: HONOUR });
    const untold = await publish(warning());
    await test.query(sql`SELECT pg_sleep(1.2)`);
    expect(receiver.got).toHaveLength(3);
    expect(await test.query(sql`SELECT FROM integration.webhook_message WHERE event_id = ${untold}`)).toEqual([]);
    expect(
      await test.query(sql`SELECT FROM events.delivery WHERE event_id = ${untold} AND handled_at IS NOT NULL`),
    ).toHaveLength(1);
    await test.query(
      sql`UPDATE directory.client SET permissions = permissions || '{early-warning:warning:read}' WHERE client_id = 'test-app'`,
    );
  });

  it('are of the app that registered them, and of no person', async () => {
    const webhook = await register();
    await test.query(sql`UPDATE integration.webhook SET client_id = 'other-app'`);
    expect((await app.get(ROOT).expect(200)).body.data).toEqual([]);
    await app.get(`${ROOT}/${webhook.id}`).expect(404);
    await app.get(`${ROOT}/${webhook.id}/messages`).expect(404);
    for (const verb of ['disable', 'enable', 'rotate-secret', 'test']) await post(webhook, verb).expect(404);
    await app.delete(`${ROOT}/${webhook.id}`).set('If-Match', '"1"').expect(404);
  });

  it('are changed with the version that was read, tested once a minute, and deleted', async () => {
    const webhook = await register();
    const change = { url: receiver.url, types: [HONOUR], description: '改' };
    await app.put(`${ROOT}/${webhook.id}`, change).expect(428);
    const changed = (await app.put(`${ROOT}/${webhook.id}`, change).set('If-Match', '"1"').expect(200)).body as Answer;
    await app.put(`${ROOT}/${webhook.id}`, change).set('If-Match', '"1"').expect(412);
    const { messageId } = (await app.post(`${ROOT}/${webhook.id}/test`).expect(200)).body as { messageId: string };
    const [{ headers, body }] = (await got(1)) as [Got];
    expect(headers['webhook-id']).toBe(messageId);
    expect(JSON.parse(body)).toMatchObject({ type: 'integration.webhook-test.v1', data: {} });
    expect((await app.post(`${ROOT}/${webhook.id}/test`).expect(409)).body.code).toBe('integration/webhook-too-soon');
    test.clock.advance({ minutes: 1 });
    const again = (await app.post(`${ROOT}/${webhook.id}/messages/${messageId}/resend`).expect(200)).body as Message;
    expect(again).toMatchObject({ id: messageId, state: 'waiting' });
    await got(2);
    const { version } = (await app.get(`${ROOT}/${webhook.id}`)).body as Answer;
    expect(version).toBe(changed.version + 1);
    await app.delete(`${ROOT}/${webhook.id}`).set('If-Match', `"${version}"`).expect(204);
    await app.get(`${ROOT}/${webhook.id}`).expect(404);
    expect((await app.get('/integration/v1/event-types').expect(200)).body.data).toContainEqual(
      expect.objectContaining({ type: HONOUR, permission: 'affairs:honour:read', service: 'affairs' }),
    );
  });

  it('of a slow receiver do not hold up those of another', async () => {
    const slow = await register();
    const open: (() => void)[] = [];
    receiver.answer = (response) => void open.push(() => response.writeHead(200).end());
    for (let n = 0; n < 20; n++) await publish();
    // What is handled only when the other is there as well is told to both.
    await eventually(async () => expect(await messages(slow)).toHaveLength(20));
    await eventually(() => expect(open.length).toBeGreaterThanOrEqual(8));
    const fast = await Receiver.start();
    try {
      await register({ url: fast.url });
      const began = Date.now();
      for (let n = 0; n < 20; n++) await publish();
      await eventually(() => expect(fast.got).toHaveLength(20));
      expect(Date.now() - began).toBeLessThan(8_000);
      expect(open.length).toBeLessThan(20);
    } finally {
      for (let n = 0; n < 100 && (await messages(slow)).some(({ state }) => state !== 'delivered'); n++) {
        for (const answer of open.splice(0)) answer();
        await test.query(sql`SELECT pg_sleep(0.05)`);
      }
      await fast.close();
    }
  });

  it.each([
    'ftp://example.org/',
    'http://example.org/',
    'https://example.org:8443/',
    'https://user:pass@example.org/',
    'https://10.1.2.3/',
    'https://192.168.1.1/',
    'https://169.254.1.1/',
    'https://100.64.0.1/',
    'https://[fd00::1]/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://localhost.example.invalid/',
    'https://example.org/#part',
    'no address',
  ])('are not sent to %s', async (url) => {
    const { body } = await app.post(ROOT, { url, types: [HONOUR], description: '测试' }).expect((answer) => {
      expect([400, 422]).toContain(answer.status);
    });
    expect(body.errors).toMatchObject([{ pointer: '#/url' }]);
    expect(await test.query(sql`SELECT FROM integration.webhook`)).toEqual([]);
  });
});
