import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Config } from '#config';
import { request } from './request.js';
import { Targets } from './targets.js';

const settings = { databaseUrl: 'postgres://127.0.0.1/nowhere', redisUrl: 'redis://127.0.0.1', logLevel: 'silent' };
const targets = (...webhookTargets: string[]): Targets => new Targets(Config.of({ ...settings, webhookTargets }));

describe('receivers of webhooks', () => {
  it.each([
    ['https://203.0.114.9/', undefined],
    ['https://[2606:4700::1111]/', undefined],
    ['http://203.0.114.9/', 'address'],
    ['https://203.0.114.9:444/', 'address'],
    ['https://0.0.0.0/', 'address'],
    ['https://127.8.8.8/', 'address'],
    ['https://172.16.0.1/', 'address'],
    ['https://100.127.0.1/', 'address'],
    ['https://224.0.0.1/', 'address'],
    ['https://198.18.0.1/', 'address'],
    ['https://[fe80::1]/', 'address'],
    ['https://[64:ff9b::a00:1]/', 'address'],
    ['https://[2002:a00:1::]/', 'address'],
    ['https://[::a00:1]/', 'address'],
    ['https://localhost/', 'address'],
    ['https://a:b@203.0.114.9/', 'credentials'],
    ['gopher://203.0.114.9/', 'scheme'],
  ])('%s: %s', async (url, problem) => {
    expect(await targets().check(new URL(url))).toBe(problem);
  });

  it('inside the campus are those of the ranges that the school names, by http and on any port', async () => {
    const inside = targets('10.2.0.0/16', 'fd00:2::/32');
    expect(await inside.check(new URL('http://10.2.9.9:8080/'))).toBeUndefined();
    expect(await inside.check(new URL('http://[::ffff:10.2.9.9]/'))).toBeUndefined();
    expect(await inside.check(new URL('https://[fd00:2::1]/'))).toBeUndefined();
    expect(await inside.check(new URL('http://10.3.0.1/'))).toBe('address');
    expect(await inside.check(new URL('http://203.0.114.9/'))).toBe('address');
  });

  it('are looked at again when the connection is made: what a name leads to may have changed', async () => {
    const guarded = targets();
    for (const url of ['https://localhost/', 'http://localhost:9/']) {
      const sent = request(new URL(url), { method: 'POST', body: '{}', ...guarded.connection(new URL(url)) }, 100);
      await expect(sent).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
    }
    expect(() => guarded.connection(new URL('https://10.0.0.1/'))).toThrow();
    guarded.close();
  });
});

describe('answers of systems outside', () => {
  it('are read whole, or cut off where they are longer than they may be; none is waited for longer than asked', async () => {
    const server = createServer((asked, answer) => {
      if (asked.url === '/silent') return;
      answer.writeHead(302, { location: '/elsewhere' }).end('x'.repeat(Number(asked.url!.slice(1))));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = (path: string): URL => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    const [short, long] = [await request(at('/100'), {}, 100), await request(at('/101'), {}, 100)];
    expect([short.status, short.body?.length]).toEqual([302, 100]);
    expect([long.status, long.body]).toEqual([302, undefined]);
    await expect(request(at('/silent'), { signal: AbortSignal.timeout(50) }, 100)).rejects.toThrow();
    server.closeAllConnections();
    server.close();
  });
});
