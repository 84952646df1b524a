import { Config } from '#config';
import { post } from './post.js';
import { Targets } from './targets.js';
import { pauseAfter, retryAfter } from './retries.js';

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
      const sent = post(new URL(url), '{}', guarded.connection(new URL(url)));
      await expect(sent).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
    }
    expect(() => guarded.connection(new URL('https://10.0.0.1/'))).toThrow();
    guarded.close();
  });
});

describe('pauses between attempts', () => {
  it('are those of the standard, ten attempts in all, with a tenth more or less', () => {
    const all = Array.from({ length: 12 }, (_, i) => pauseAfter(i + 1, 0, 0.5));
    expect(all.slice(0, 3)).toEqual([5_000, 300_000, 1_800_000]);
    expect(all.filter((pause) => pause !== undefined)).toHaveLength(9);
    expect(pauseAfter(1, 0, 0)).toBe(4_500);
    expect(pauseAfter(1, 0, 1)).toBe(5_500);
  });

  it('are as long as the receiver asks, a day at most', () => {
    const now = new Date('2026-12-01T00:00:00Z');
    expect(pauseAfter(1, retryAfter('60', now))).toBe(60_000);
    expect(retryAfter('Tue, 01 Dec 2026 00:10:00 GMT', now)).toBe(600_000);
    expect(pauseAfter(1, retryAfter('999999', now))).toBe(86_400_000);
    for (const text of [undefined, '', 'soon', '-1']) expect(retryAfter(text, now)).toBe(0);
  });
});
