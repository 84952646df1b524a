import { mock } from 'node:test';
import { Logger } from '@nestjs/common';
import { sql } from '#database';
import { errorForLog } from '#http';
import { StateAdapter } from '../src/login/state-adapter.js';
import { CALLBACK, IssuerApp } from './issuer.js';

const PER_MINUTE = 40;

/** What anybody can make the issuer write down. */
describe('the state of the issuer', () => {
  let issuer: IssuerApp;
  beforeAll(async () => {
    issuer = await IssuerApp.create({ demo: false, rateLimitPerMinute: PER_MINUTE });
    await issuer.register({ clientId: 'portal', grants: ['authorization_code'], redirectUris: [CALLBACK] });
  });
  afterAll(() => issuer?.close());

  const open = (path: string) =>
    fetch(`${issuer.config.issuer}${path}`, { redirect: 'manual', headers: { accept: 'text/html' } });
  const begin = () => {
    const query = new URLSearchParams({
      client_id: 'portal',
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: 'directory:unit:read',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    });
    return open(`/auth?${query}`);
  };

  it('is swept as fast as it grows', async () => {
    // Whatever else ran in this process may have swept within the minute.
    Reflect.set(StateAdapter, 'sweptAt', -Infinity);
    await issuer.query(
      sql`INSERT INTO directory.oidc_state (model, id_hash, payload, expires_at)
          SELECT 'Interaction', n::text, '', now() - interval '1 minute' FROM generate_series(1, 2500) n`,
    );
    for (let i = 0; i < 3; i++) expect((await begin()).status).toBe(303);
    const left = sql`SELECT count(*)::int AS left FROM directory.oidc_state WHERE expires_at < now()`;
    expect(await issuer.query(left)).toEqual([{ left: 0 }]);
  });

  it('out of order is answered with 500 and told to the log, without the values', async () => {
    const { mock: said } = mock.method(Logger.prototype, 'error', () => undefined);
    await issuer.query(sql`ALTER TABLE directory.client RENAME TO elsewhere`);
    try {
      expect((await begin()).status).toBe(500);
    } finally {
      await issuer.query(sql`ALTER TABLE directory.elsewhere RENAME TO client`);
    }
    const logged = said.calls.map((call) => errorForLog(call.arguments[0]));
    expect(logged).toEqual([expect.objectContaining({ type: 'QueryFailedError', sqlState: '42P01' })]);
    expect(JSON.stringify(logged)).not.toContain('portal');
    said.restore();
  });

  it('grows for one address only within the limit of public routes', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < PER_MINUTE; i++)
      statuses.push(i % 2 ? (await begin()).status : (await open('/session/end')).status);
    expect(statuses.slice(0, PER_MINUTE - 5)).not.toContain(429);
    expect(statuses.at(-1)).toBe(429);
    const refused = await begin();
    expect(refused.headers.get('retry-after')).toBeTruthy();
    expect(await refused.json()).toMatchObject({ code: 'http/too-many-requests' });
    // What apps ask from one address for everybody is not counted.
    expect((await open('/jwks')).status).toBe(200);
  });
});
