import { type CryptoKey, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { ClientKeys } from '../src/clients/client-keys.service.js';
import { ADMIN, IssuerApp } from './issuer.js';

describe('client credentials', () => {
  let issuer: IssuerApp;
  beforeAll(async () => {
    issuer = await IssuerApp.create();
  });
  afterAll(() => issuer?.close());

  const scope = 'directory:client:read';

  it('gives an app a token with client_secret_basic, good for what it was asked for', async () => {
    const { secret } = await issuer.register({ clientId: 'basic' });
    const tokens = await oidc.clientCredentialsGrant(await issuer.discover('basic', secret), { scope });
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    const claims = decodeJwt(tokens.access_token);
    expect(Object.keys(claims).sort()).toEqual(['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub']);
    expect(claims).toMatchObject({
      sub: 'basic',
      client_id: 'basic',
      aud: 'urn:yizhan:api',
      scope,
      iss: issuer.config.issuer,
    });
    expect(claims.exp! - claims.iat!).toBe(600);
    expect(await issuer.status('/directory/v1/clients', tokens.access_token)).toBe(200);
    expect(await issuer.status('/directory/v1/signing-keys/rotate', tokens.access_token, { method: 'POST' })).toBe(403);
  });

  it('gives an app a token with client_secret_post', async () => {
    const { secret } = await issuer.register({ clientId: 'post' });
    const tokens = await oidc.clientCredentialsGrant(await issuer.discover('post', oidc.ClientSecretPost(secret)), {
      scope,
    });
    expect(await issuer.status('/directory/v1/clients', tokens.access_token)).toBe(200);
  });

  it('gives an app a token with private_key_jwt, each assertion once', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const { secret } = await issuer.register({ clientId: 'keys', publicKey: (await exportJWK(publicKey)) as never });
    expect(secret).toBe('');
    const key = await importJWK(await exportJWK(privateKey), 'ES256');
    let sent: string | undefined;
    const config = await issuer.discover('keys', oidc.PrivateKeyJwt(key as never));
    config[oidc.customFetch] = async (url, options) => {
      sent = String(options.body);
      return fetch(url, options as RequestInit);
    };
    const tokens = await oidc.clientCredentialsGrant(config, { scope });
    expect(await issuer.status('/directory/v1/clients', tokens.access_token)).toBe(200);

    const again = await token(issuer, sent as string);
    expect(again.status).toBe(401);
    expect(await again.json()).toMatchObject({ error: 'invalid_client' });
  });

  it('moves from one key to the next, both good meanwhile, and takes no assertion that lives long or is for another', async () => {
    const pair = async () => generateKeyPair('EdDSA', { extractable: true });
    const [old, next] = [await pair(), await pair()];
    const jwk = async (key: CryptoKey, more = {}) => ({ ...(await exportJWK(key)), ...more }) as never;
    const { id } = await issuer.register({ clientId: 'moving', publicKey: await jwk(old.publicKey) });
    const keys = issuer.app.get(ClientKeys);
    const take = async (key: CryptoKey, kid?: string) => {
      const config = await issuer.discover('moving', oidc.PrivateKeyJwt(kid ? { key, kid } : key));
      return oidc.clientCredentialsGrant(config, { scope }).then(
        () => 200,
        ({ status }: { status: number }) => status,
      );
    };
    expect([await take(old.privateKey), await take(next.privateKey)]).toEqual([200, 401]);
    const both = await keys.add(ADMIN, id, await jwk(next.publicKey, { kid: '2026-09' }));
    const [first] = both.keys;
    expect(both.keys).toEqual([
      { kid: expect.stringMatching(/^[\w-]{43}$/) as never, algorithm: 'EdDSA' },
      { kid: '2026-09', algorithm: 'EdDSA' },
    ]);
    expect([await take(old.privateKey), await take(next.privateKey, '2026-09')]).toEqual([200, 200]);
    const refused = async (publicKey: never) =>
      keys.add(ADMIN, id, publicKey).then(
        () => 'taken',
        (problem: { kind: { code: string } }) => problem.kind.code,
      );
    const third = (await pair()).publicKey;
    expect(await refused(await jwk(next.publicKey))).toBe('directory/key-id-taken');
    expect(await refused(await jwk(third, { kid: '2026-09' }))).toBe('directory/key-id-taken');
    expect(await refused(await jwk(third))).toBe('directory/too-many-keys');
    expect(await refused(await jwk(third, { kid: 'a/b' }))).toBe('directory/key-refused');
    await keys.retire(ADMIN, id, first!.kid);
    expect([await take(old.privateKey), await take(next.privateKey, '2026-09')]).toEqual([401, 200]);
    await expect(keys.retire(ADMIN, id, '2026-09')).rejects.toMatchObject({ kind: { code: 'directory/last-key' } });

    const now = Math.floor(Date.now() / 1000);
    const assert = async (claims: { aud?: string; iat?: number; exp: number }) => {
      const assertion = await new SignJWT({ aud: issuer.config.issuer, iat: now, ...claims })
        .setProtectedHeader({ alg: 'EdDSA', kid: '2026-09' })
        .setIssuer('moving')
        .setSubject('moving')
        .setJti(crypto.randomUUID())
        .sign(next.privateKey);
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      const form = {
        grant_type: 'client_credentials',
        scope,
        client_assertion_type: type,
        client_assertion: assertion,
      };
      return (await token(issuer, new URLSearchParams(form).toString())).status;
    };
    expect([
      await assert({ exp: now + 600 }),
      await assert({ exp: now + 60, aud: `${issuer.config.issuer}/token` }),
      await assert({ exp: now + 60, aud: 'https://elsewhere.example' }),
      await assert({ exp: now + 900 }),
      await assert({ exp: now + 60, iat: now - 3_600 }),
      await assert({ exp: now - 60, iat: now - 120 }),
    ]).toEqual([200, 200, 401, 401, 401, 401]);
  });

  it.each(['safety:pass:write', 'no:such:scope'])('refuses the unassigned scope %s', async (unassigned) => {
    const { secret } = await issuer.register({ clientId: `scope-${unassigned.replaceAll(':', '-')}` });
    const config = await issuer.discover(`scope-${unassigned.replaceAll(':', '-')}`, secret);
    await expect(oidc.clientCredentialsGrant(config, { scope: `${scope} ${unassigned}` })).rejects.toMatchObject({
      error: 'invalid_scope',
      status: 400,
    });
  });

  it('knows neither password nor implicit grant', async () => {
    const { secret } = await issuer.register({ clientId: 'old-grants' });
    const response = await token(
      issuer,
      `grant_type=password&username=a&password=b&client_id=old-grants&client_secret=${secret}`,
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'unsupported_grant_type' });
  });

  it('publishes RFC 8414 metadata at both places', async () => {
    const { origin, issuer: id } = issuer.config;
    for (const url of [
      `${origin}/.well-known/oauth-authorization-server/directory/oauth`,
      `${id}/.well-known/openid-configuration`,
    ]) {
      const response = await fetch(url, {
        headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
      });
      expect(await response.json()).toMatchObject({
        issuer: id,
        token_endpoint: `${id}/token`,
        jwks_uri: `${id}/jwks`,
        introspection_endpoint: `${id}/token/introspection`,
        revocation_endpoint: `${id}/token/revocation`,
        code_challenge_methods_supported: ['S256'],
        grant_types_supported: expect.arrayContaining([
          'client_credentials',
          'authorization_code',
          'refresh_token',
        ]) as never,
      });
    }
  });

  it('throttles wrong secrets of one client and of no other (auth-4)', async () => {
    const { secret } = await issuer.register({ clientId: 'attacked' });
    const other = await issuer.register({ clientId: 'bystander' });
    const bodies = new Set<string>();
    const statuses: number[] = [];
    for (let i = 0; i < 100; i++) {
      const response = await token(issuer, `grant_type=client_credentials&client_id=attacked&client_secret=wrong-${i}`);
      statuses.push(response.status);
      bodies.add(`${response.status} ${await response.text()}`);
    }
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(new Set(statuses.slice(10))).toEqual(new Set([429]));
    expect(bodies.size).toBe(2);
    const refused = await token(issuer, `grant_type=client_credentials&client_id=attacked&client_secret=${secret}`);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);

    const unknown = await token(issuer, 'grant_type=client_credentials&client_id=nobody&client_secret=wrong');
    expect(bodies).toContain(`${unknown.status} ${await unknown.text()}`);
    expect(
      (await oidc.clientCredentialsGrant(await issuer.discover('bystander', other.secret), { scope })).access_token,
    ).toBeTruthy();
  });

  it('takes what cannot be a client id for one unknown client', async () => {
    const statuses: number[] = [];
    for (const claimed of [
      '%00',
      'attacked%00',
      'x'.repeat(40_000),
      ...Array.from({ length: 8 }, (_, i) => `No%20${i}`),
    ])
      statuses.push((await token(issuer, `grant_type=client_credentials&client_id=${claimed}&client_secret=x`)).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
    const page = await fetch(`${issuer.config.issuer}/auth?client_id=%00&response_type=code`);
    expect([page.status, await page.json()]).toMatchObject([400, { error: 'invalid_client' }]);
  });
});

function token(issuer: IssuerApp, body: string): Promise<Response> {
  return fetch(`${issuer.config.issuer}/token`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
}
