import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HonourRecordedV1 } from '#contracts';
import { Database, newId, queryOne, sql } from '#database';
import { Events } from '#events';
import { createApp } from '#service';
import { TestIssuer } from '#testing';
import { services } from '../../apps/campus/src/services.js';
import { directory } from '../../apps/directory/src/directory.module.js';
import { integration } from '../../apps/integration/src/integration.module.js';
import { atLeast, inTurns, type Result, servers } from '../kit.js';

const RUNS = 3;
const MESSAGES = 2_000;
const AT_ONCE = 8;

/**
 * Messages that wait for one webhook, from when it is enabled until each attempt is stored; against a loop of node:http that signs and sends
 * the same bodies to the same receiver and stores nothing.
 */
export async function webhooks(): Promise<Result> {
  const own = await servers(services);
  const issuer = await TestIssuer.create();
  const config = own.config({ jwksUrl: issuer.jwksUrl, webhookTargets: ['127.0.0.0/8'] });
  const app = await createApp([directory, integration], config);
  await app.listen(0, '127.0.0.1');
  const receiver = createServer((asked, answer) => asked.resume().on('end', () => answer.writeHead(204).end()));
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  try {
    const origin = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    const scopes = ['integration:webhook:manage', 'affairs:honour:read'];
    const sign = (id: string, scope: string): Promise<string> =>
      issuer.sign(config.issuer, { client_id: id, sub: id, scope });
    const ask = async (token: string, path: string, body?: object, version?: number): Promise<Webhook> => {
      const answer = await fetch(origin + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && { 'content-type': 'application/json' }),
          ...(version !== undefined && { 'if-match': `"${version}"` }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as Webhook;
    };
    await ask(await sign('admin', 'directory:client:write'), '/directory/v1/clients', {
      ...{ clientId: 'bench-app', name: 'Bench', grants: ['client_credentials'], permissions: scopes },
    });
    const token = await sign('bench-app', scopes.join(' '));
    const types = ['affairs.honour-recorded.v1'];
    const root = '/integration/v1/webhooks';
    let webhook = await ask(token, root, { url, types, description: 'bench' });
    const database = app.get(Database);
    const events = app.get(Events);
    const left = async (which: 'known' | 'open'): Promise<number> => {
      const row = await queryOne<{ known: number; open: number }>(
        database.connection,
        sql`SELECT count(*)::int AS known, count(*) FILTER (WHERE delivered_at IS NULL)::int AS open FROM integration.webhook_message`,
      );
      return row![which];
    };
    const until = async (done: () => Promise<boolean>): Promise<void> => {
      while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const ours = async (): Promise<number> => {
      webhook = await ask(token, `${root}/${webhook.id}/disable`, undefined, webhook.version);
      const before = await left('known');
      for (let n = 0; n < MESSAGES; n += 100)
        await database.transaction(null, async (tx) => {
          for (let i = 0; i < 100; i++)
            await events.publish(tx, new HonourRecordedV1({ honourId: newId(), personId: newId() } as never), {
              id: newId(),
              version: 1,
            });
        });
      await until(async () => (await left('known')) === before + MESSAGES);
      const began = performance.now();
      webhook = await ask(token, `${root}/${webhook.id}/enable`, undefined, webhook.version);
      await until(async () => (await left('open')) === 0);
      return MESSAGES / ((performance.now() - began) / 1_000);
    };
    const rates = await inTurns(RUNS, { ours, peer: () => loop(url) });
    return {
      rows: [{ id: 'webhook messages delivered, attempts stored', value: rates['ours']!, unit: '/s' }],
      ratios: [atLeast('deliveries / a loop that signs and sends', rates['ours']!, rates['peer']!, 0.6)],
    };
  } finally {
    receiver.closeAllConnections();
    receiver.close();
    await app.close();
    await issuer.close();
    await own.stop();
  }
}

interface Webhook {
  id: string;
  version: number;
}

async function loop(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const key = Buffer.alloc(32, 1);
  const began = performance.now();
  let n = 0;
  const one = async (): Promise<void> => {
    while (n++ < MESSAGES) {
      const body = JSON.stringify({
        type: 'affairs.honour-recorded.v1',
        timestamp: new Date().toISOString(),
        data: { honourId: randomUUID(), personId: randomUUID(), sequence: 1, aggregateId: randomUUID() },
      });
      const [id, at] = [randomUUID(), String(Math.floor(Date.now() / 1_000))];
      const sent = request(url, {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'webhook-id': id,
          'webhook-timestamp': at,
          'webhook-signature': `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`,
        },
      });
      sent.end(body);
      const [answer] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
      answer.resume();
      await once(answer, 'end');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  agent.destroy();
  return MESSAGES / ((performance.now() - began) / 1_000);
}
