import * as oidc from 'openid-client';
import { eventually } from '#testing';
import { ClientsService } from '../src/clients/clients.service.js';
import { ADMIN, Browser, CALLBACK, IssuerApp } from './issuer.js';

const ORIGIN = 'https://app.example.edu.cn';
const ASKED = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization,if-match' };

describe('an app in a browser', () => {
  let issuer: IssuerApp;
  let id: string;
  beforeAll(async () => {
    issuer = await IssuerApp.create();
    ({ id } = await issuer.register({
      clientId: 'web-app',
      grants: ['authorization_code', 'refresh_token'],
      redirectUris: [CALLBACK],
      origins: [ORIGIN],
      isPublic: true,
    }));
  });
  afterAll(() => issuer?.close());

  const ask = (path: string, origin: string | undefined, init: RequestInit = {}) =>
    fetch(issuer.config.origin + path, {
      ...init,
      headers: { ...(origin && { origin }), ...(init.headers as Record<string, string>) },
    });
  const cors = ({ headers }: Response): Record<string, string> =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

  it('is told that it may ask, and may read the answer, a problem too', async () => {
    const preflight = await ask('/directory/v1/clients/x', ORIGIN, { method: 'OPTIONS', headers: ASKED });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('vary')).toContain('Origin');
    expect(cors(preflight)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': expect.stringContaining('PUT') as string,
      'access-control-allow-headers': expect.stringContaining('If-Match') as string,
    });
    const answer = await ask('/directory/v1/clients', ORIGIN);
    expect(answer.status).toBe(401);
    expect(cors(answer)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-expose-headers': expect.stringContaining('ETag') as string,
    });
    expect(answer.headers.get('vary')).toBe('Origin, Accept-Language');
    expect(cors(answer)).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each([
    'https://app.example.edu.cn:8443',
    'https://app.example.edu.cn.evil.example',
    'https://evil.example',
    'http://app.example.edu.cn',
    'HTTPS://APP.EXAMPLE.EDU.CN',
    'null',
    undefined,
  ])('tells %s nothing', async (origin) => {
    const preflight = await ask('/directory/v1/clients', origin, { method: 'OPTIONS', headers: ASKED });
    expect([preflight.status, cors(preflight)]).toEqual([405, {}]);
    expect(preflight.headers.get('allow')).toBe('GET, HEAD, POST');
    const answer = await ask('/directory/v1/clients', origin);
    expect([answer.status, cors(answer)]).toEqual([401, {}]);
  });

  it('has no secret: PKCE alone, at the token endpoint from its own origin only', async () => {
    const config = await issuer.discover('web-app', oidc.None());
    const verifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: 'directory:unit:read',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const back = await new Browser().signIn(url, 'counselor', CALLBACK);
    const redeem = (origin: string, code_verifier: string) =>
      ask('/directory/oauth/token', origin, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: 'web-app',
          redirect_uri: CALLBACK,
          code: back.searchParams.get('code')!,
          code_verifier,
        }),
      });
    const elsewhere = await redeem('https://evil.example', oidc.randomPKCECodeVerifier());
    expect(elsewhere.status).toBe(400);
    expect(cors(elsewhere)).not.toHaveProperty('access-control-allow-origin');
    const own = await redeem(ORIGIN, verifier);
    expect(own.status).toBe(200);
    expect(cors(own)).toMatchObject({ 'access-control-allow-origin': ORIGIN });
    const { access_token, refresh_token } = (await own.json()) as Record<string, string>;
    expect(await issuer.status('/directory/v1/clients', access_token!)).toBe(403);
    const renewed = await oidc.refreshTokenGrant(config, refresh_token!);
    await oidc.tokenRevocation(config, renewed.refresh_token!);
    await expect(oidc.refreshTokenGrant(config, renewed.refresh_token!)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await eventually(
      async () => expect(await issuer.status('/directory/v1/clients', renewed.access_token)).toBe(401),
      3_000,
    );
  });

  it('can be changed: new origins within ten seconds, fewer permissions at once', async () => {
    const clients = issuer.app.get(ClientsService);
    const before = await clients.get(ADMIN, id);
    expect(before).toMatchObject({ authentication: 'none', origins: [ORIGIN], secrets: [] });
    const changed = await clients.change(ADMIN, id, before.version, {
      name: '新名称',
      redirectUris: [CALLBACK],
      origins: ['https://new.example.edu.cn'],
      permissions: ['directory:unit:read'],
    });
    expect(changed).toMatchObject({ name: '新名称', version: before.version + 1 });
    await expect(
      clients.change(ADMIN, id, before.version, {
        name: 'x',
        redirectUris: [CALLBACK],
        permissions: ['directory:unit:read'],
      }),
    ).rejects.toThrow('changed since it was read');
    await expect(
      clients.change(ADMIN, id, changed.version, { name: 'x', permissions: ['directory:unit:read'] }),
    ).rejects.toMatchObject({ kind: { code: 'directory/redirect-uri-needed' } });
    await expect(clients.addSecret(ADMIN, id)).rejects.toMatchObject({ kind: { code: 'directory/client-uses-keys' } });
    await eventually(async () => {
      expect(cors(await ask('/directory/v1/clients', 'https://new.example.edu.cn'))).not.toEqual({});
      expect(cors(await ask('/directory/v1/clients', ORIGIN))).toEqual({});
    }, 15_000);
  });
});
