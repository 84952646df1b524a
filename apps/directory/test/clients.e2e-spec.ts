import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oidc from 'openid-client';
import { raw, sql } from '#database';
import { eventually } from '#testing';
import type { ClientDto, IssuedClientDto } from '../src/clients/clients.dto.js';
import { ADMIN, Browser, CALLBACK, IssuerApp } from './issuer.js';
import { SigningKeysService } from '../src/login/signing-keys.service.js';

interface Answer<T> {
  status: number;
  headers: Headers;
  body: T & { code?: string };
  text: string;
}

const SCOPE = 'directory:client:read directory:client:write';

describe('clients and keys', () => {
  let issuer: IssuerApp;
  let admin: string;
  beforeAll(async () => {
    issuer = await IssuerApp.create();
    const { secret } = await issuer.register({
      clientId: 'admin',
      permissions: ['directory:client:read', 'directory:client:write'],
    });
    admin = (await oidc.clientCredentialsGrant(await issuer.discover('admin', secret), { scope: SCOPE })).access_token;
  });
  afterAll(() => issuer?.close());

  async function call<T>(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${issuer.config.origin}/directory/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${admin}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: JSON.parse(text || 'null') as T & { code?: string },
      text,
    };
  }

  const create = (clientId: string, more: object = {}, headers: Record<string, string> = {}) =>
    call<IssuedClientDto>(
      'POST',
      '/clients',
      { clientId, name: '应用', grants: ['client_credentials'], permissions: ['directory:client:read'], ...more },
      headers,
    );

  it('registers, shows and lists; the secret is in no later answer', async () => {
    const made = await create('mini-program');
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/directory/v1/clients/${made.body.id}`);
    const { secret } = made.body;
    expect(Buffer.from((secret as string).slice(3), 'base64url').length).toBe(32);

    const shown = await call<ClientDto>('GET', `/clients/${made.body.id}`);
    expect(shown.body).toMatchObject({
      clientId: 'mini-program',
      active: true,
      authentication: 'client_secret',
      version: 1,
    });
    expect(shown.body.secrets).toHaveLength(1);
    expect(shown.headers.get('etag')).toBe('"1"');

    const seen: string[] = [];
    for (let path: string | undefined = '/clients?limit=1'; path;) {
      const page: Answer<{ data: ClientDto[]; nextCursor: string | null }> = await call('GET', path);
      expect(page.status).toBe(200);
      expect(page.text).not.toContain(secret as string);
      seen.push(...page.body.data.map((client) => client.clientId));
      path = page.body.nextCursor ? `/clients?limit=1&cursor=${page.body.nextCursor}` : undefined;
    }
    expect(seen).toEqual([...seen].sort());
    expect(seen).toEqual(expect.arrayContaining(['admin', 'mini-program', 'yizhan-tour']));
  });

  it('refuses what is wrong with a pointer to it', async () => {
    await create('taken');
    const uuid = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';
    const code = { grants: ['authorization_code'] };
    for (const [clientId, more, pointer, problem] of [
      ['taken', {}, '#/clientId', 'directory/client-id-taken'],
      [uuid, {}, '#/clientId', 'http/invalid'],
      ['a-1', { permissions: ['no:such:one'] }, '#/permissions/0', 'http/invalid'],
      ['a-1', { grants: ['password'] }, '#/grants/0', 'http/invalid'],
      ['a-1', { active: true }, '#/active', 'http/invalid'],
      ['a-1', { grants: ['refresh_token'] }, '#/grants', 'directory/refresh-without-code'],
      ['a-1', code, '#/redirectUris', 'directory/redirect-uri-needed'],
      [
        'a-1',
        { ...code, redirectUris: ['http://evil.example/'] },
        '#/redirectUris/0',
        'directory/redirect-uri-refused',
      ],
      [
        'a-1',
        { ...code, redirectUris: [CALLBACK, `${CALLBACK}#x`] },
        '#/redirectUris/1',
        'directory/redirect-uri-refused',
      ],
      ['a-1', { ...code, redirectUris: ['javascript:alert(1)'] }, '#/redirectUris/0', 'directory/redirect-uri-refused'],
      ['a-1', { origins: ['https://a.edu.cn', 'https://a.edu.cn/'] }, '#/origins/1', 'directory/origin-refused'],
      ['a-1', { origins: ['http://a.edu.cn'] }, '#/origins/0', 'directory/origin-refused'],
      ['a-1', { origins: ['*'] }, '#/origins/0', 'directory/origin-refused'],
      ['a-1', { origins: ['https://A.edu.cn'] }, '#/origins/0', 'directory/origin-refused'],
      ['a-1', { isPublic: true }, '#/isPublic', 'directory/public-client-refused'],
      ['a-1', { publicKey: { kty: 'oct', k: 'c2VjcmV0' } }, '#/publicKey', 'directory/key-refused'],
      [
        'a-1',
        { publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), d: 'A'.repeat(43) } },
        '#/publicKey',
        'directory/key-refused',
      ],
    ] as const) {
      const answer = await create(clientId, more);
      expect([clientId, answer.status < 500, answer.body.code]).toEqual([clientId, true, problem]);
      expect(
        (answer.body as unknown as { errors: { pointer: string }[] }).errors.map((error) => error.pointer),
      ).toContain(pointer);
    }
    expect((await call('GET', '/clients/nope')).status).toBe(400);
    expect((await call('GET', `/clients/${uuid}`)).status).toBe(404);
    expect((await call('POST', `/clients/${uuid}/secrets`)).status).toBe(404);
  });

  it('rotates a secret without a single 401 (C1)', async () => {
    const { body } = await create('rotating');
    let secret = body.secret as string;
    let going = true;
    const outcomes: number[] = [];
    const load = [1, 2].map(async () => {
      while (going) {
        const response = await fetch(`${issuer.config.issuer}/token`, {
          method: 'POST',
          headers: { authorization: `Basic ${Buffer.from(`rotating:${secret}`).toString('base64')}` },
          body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'directory:client:read' }),
        });
        outcomes.push(response.status);
        await response.arrayBuffer();
      }
    });
    const old = body.client.secrets[0]?.id as string;
    const added = await call<IssuedClientDto>('POST', `/clients/${body.id}/secrets`);
    expect(added.status).toBe(201);
    expect((await call('POST', `/clients/${body.id}/secrets`)).body.code).toBe('directory/too-many-secrets');
    secret = added.body.secret as string;
    const before = outcomes.length;
    await eventually(() => expect(outcomes.length).toBeGreaterThan(before + 4));
    const retired = await call<ClientDto>('DELETE', `/clients/${body.id}/secrets/${old}`);
    expect(retired.body.secrets.map((one) => one.id)).toEqual(
      added.body.client.secrets.map((one) => one.id).filter((id) => id !== old),
    );
    const after = outcomes.length;
    await eventually(() => expect(outcomes.length).toBeGreaterThan(after + 4));
    going = false;
    await Promise.all(load);
    expect(new Set(outcomes)).toEqual(new Set([200]));

    const config = await issuer.discover('rotating', body.secret as string);
    await expect(oidc.clientCredentialsGrant(config)).rejects.toMatchObject({ status: 401 });
    const last = retired.body.secrets[0]?.id as string;
    expect((await call('DELETE', `/clients/${body.id}/secrets/${last}`)).body.code).toBe('directory/last-secret');
  });

  it('a deactivated client gets no token, and its tokens are refused within a minute (auth-3)', async () => {
    const { body } = await create('ended', {
      grants: ['client_credentials', 'authorization_code'],
      redirectUris: [CALLBACK],
    });
    const config = await issuer.discover('ended', body.secret as string);
    const { access_token: token } = await oidc.clientCredentialsGrant(config, { scope: 'directory:client:read' });
    expect(await issuer.status('/directory/v1/clients', token)).toBe(200);

    expect((await call('POST', `/clients/${body.id}/deactivate`)).status).toBe(428);
    expect((await call('POST', `/clients/${body.id}/deactivate`, undefined, { 'if-match': '"7"' })).status).toBe(412);
    const ended = await call<ClientDto>('POST', `/clients/${body.id}/deactivate`, undefined, { 'if-match': '"1"' });
    expect(ended.body).toMatchObject({ active: false, secrets: [] });
    await expect(oidc.clientCredentialsGrant(config)).rejects.toMatchObject({ status: 401 });
    const since = Date.now();
    await eventually(async () => expect(await issuer.status('/directory/v1/clients', token)).toBe(401), 20_000);
    expect(Date.now() - since).toBeLessThan(60_000);
    expect(await issuer.status('/directory/v1/clients', admin)).toBe(200);
    expect((await call('POST', `/clients/${body.id}/secrets`)).body.code).toBe('directory/client-inactive');
  }, 40_000);

  it('rotates the signing keys: old tokens stay good, new ones are good at once, the next key was known before', async () => {
    const { issuer: id } = issuer.config;
    const kids = async () =>
      ((await (await fetch(`${id}/jwks`)).json()) as { keys: { kid: string; d?: string }[] }).keys;
    const { body } = await create('signed');
    const config = await issuer.discover('signed', body.secret as string);
    const take = async () =>
      (await oidc.clientCredentialsGrant(config, { scope: 'directory:client:read' })).access_token;
    const before = await kids();
    expect(before).toHaveLength(2);
    expect(before.some((key) => key.d !== undefined)).toBe(false);
    const old = await take();
    expect(decodeProtectedHeader(old).kid).toBe(before[0]?.kid);

    const rotated = await call<{ keys: { kid: string; state: string }[] }>('POST', '/signing-keys/rotate');
    expect(rotated.status).toBe(200);
    expect(rotated.body.keys.map((key) => key.state)).toEqual(['next', 'current', 'previous']);
    expect(rotated.body.keys[1]?.kid).toBe(before[1]?.kid);
    await eventually(async () => expect(decodeProtectedHeader(await take()).kid).toBe(before[1]?.kid), 20_000);
    expect(await issuer.status('/directory/v1/clients', await take())).toBe(200);
    expect(await issuer.status('/directory/v1/clients', old)).toBe(200);
    expect((await kids()).map((key) => key.kid)).toContain(before[0]?.kid);
    expect((await call('POST', '/signing-keys/rotate')).body.code).toBe('directory/rotated-too-recently');

    // A quarter of an hour later nothing the old key signed is alive, and it is gone.
    await issuer.query(
      sql`UPDATE directory.signing_key SET retired_at = retired_at - interval '16 minutes' WHERE retired_at IS NOT NULL`,
    );
    expect((await issuer.app.get(SigningKeysService).published()).map((key) => key.kid)).not.toContain(before[0]?.kid);
    await issuer.app.get(SigningKeysService).rotate(ADMIN);
    expect(await issuer.query(sql`SELECT 1 FROM directory.signing_key WHERE kid = ${before[0]?.kid}`)).toEqual([]);
  }, 40_000);

  it('keeps no secret where a dump of the database would show it', async () => {
    const { body } = await create(
      'dumped',
      { grants: ['client_credentials', 'authorization_code', 'refresh_token'], redirectUris: [CALLBACK] },
      {
        'idempotency-key': 'dumped-1',
      },
    );
    const config = await issuer.discover('dumped', body.secret as string);
    const verifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: 'directory:client:read',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const browser = new Browser();
    const back = await browser.signIn(url, 'counselor', CALLBACK);
    const tokens = await oidc.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier });
    const secrets = [
      body.secret as string,
      tokens.access_token,
      tokens.refresh_token as string,
      back.searchParams.get('code') as string,
      String(decodeJwt(tokens.access_token).jti),
      ...browser.values().filter((value) => value.length > 20),
    ];
    const dump = await wholeDatabase(issuer);
    const shows = (text: string) => dump.includes(text) || dump.includes(Buffer.from(text).toString('hex'));
    expect(shows('dumped')).toBe(true);
    for (const secret of [...secrets, '"d":"', 'accountId']) expect([secret, shows(secret)]).toEqual([secret, false]);
    expect(await issuer.query(sql`SELECT 1 FROM directory.oidc_state`)).not.toEqual([]);
  });
});

/** Every row of every table as text. */
async function wholeDatabase(issuer: IssuerApp): Promise<string> {
  const tables = await issuer.query<{ name: string }>(
    sql`SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    const found = await issuer.query<{ row: string }>(sql`SELECT t::text AS row FROM ${raw(name)} t`);
    rows.push(...found.map(({ row }) => row));
  }
  return rows.join('\n');
}
