import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import type { Config } from '#config';
import { sql } from '#database';
import { campus, eventually } from '#testing';
import { DEMO_CLIENT } from '../src/login/demo-client.js';
import { firstAdmin } from '../../../tools/first-admin.js';
import { Browser, CALLBACK, IssuerApp } from './issuer.js';

const SCOPE = 'directory:unit:read directory:client:read';
const COUNSELOR = campus.staff.counselorCs;

describe('a person signs in', () => {
  let issuer: IssuerApp;
  let config: oidc.Configuration;
  beforeAll(async () => {
    issuer = await IssuerApp.create();
    const { secret } = await issuer.register({
      clientId: 'portal',
      grants: ['authorization_code', 'refresh_token'],
      redirectUris: [CALLBACK],
    });
    config = await issuer.discover('portal', secret);
  });
  afterAll(() => issuer?.close());

  async function begin(
    parameters: Record<string, string> = {},
  ): Promise<{ url: URL; verifier: string; state: string }> {
    const verifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: SCOPE,
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...parameters,
    });
    return { url, verifier, state };
  }

  async function signIn(persona: string, parameters?: Record<string, string>) {
    const { url, verifier, state } = await begin(parameters);
    const back = await new Browser().signIn(url, persona, CALLBACK);
    const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: false };
    return { back, checks, tokens: await oidc.authorizationCodeGrant(config, back, checks) };
  }

  it('chooses a persona and the app gets a token for that person, who may do what both may', async () => {
    const { tokens } = await signIn('counselor');
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({ sub: COUNSELOR, client_id: 'portal', aud: 'urn:yizhan:api', scope: SCOPE });
    expect(Object.keys(claims).sort().join(' ')).toBe('acr aud auth_time client_id exp iat iss jti scope sid sub');
    // The app may see clients by itself; a counselor may not, and so the app for the counselor may not.
    expect(await issuer.status('/directory/v1/clients', tokens.access_token)).toBe(403);
  });

  it('gives an ID token without a name when the app asks for one', async () => {
    const { url, verifier, state } = await begin({ scope: `openid ${SCOPE}` });
    const back = await new Browser().signIn(url, 'student', CALLBACK);
    const tokens = await oidc.authorizationCodeGrant(config, back, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
    expect(tokens.claims()).toMatchObject({ sub: campus.students[0], aud: 'portal' });
    expect(await issuer.status('/directory/v1/clients', tokens.id_token as string)).toBe(401);
  });

  it('redeems a code once, also when two try at the same time', async () => {
    const { url, verifier, state } = await begin();
    const back = await new Browser().signIn(url, 'counselor', CALLBACK);
    const checks = { pkceCodeVerifier: verifier, expectedState: state };
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => oidc.authorizationCodeGrant(config, back, checks)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled').length).toBeLessThanOrEqual(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ error: 'invalid_grant' });
    }
  });

  it('wants PKCE with S256', async () => {
    for (const parameters of [
      { code_challenge: '', code_challenge_method: '' },
      { code_challenge_method: 'plain' },
    ] as Record<string, string>[]) {
      const { url } = await begin(parameters);
      const back = await new Browser().signIn(url, 'counselor', CALLBACK);
      expect(back.searchParams.get('error')).toBe('invalid_request');
    }
    const { url } = await begin();
    const back = await new Browser().signIn(url, 'counselor', CALLBACK);
    const wrong = {
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
      expectedState: back.searchParams.get('state') as string,
    };
    await expect(oidc.authorizationCodeGrant(config, back, wrong)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('sends nobody to an address that is not registered, and refuses unassigned scopes', async () => {
    const { url } = await begin({ redirect_uri: 'https://evil.example/callback' });
    const response = await fetch(url, { redirect: 'manual' });
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(await response.json()).toMatchObject({ error: 'invalid_redirect_uri' });
    const page = await new Browser().get(url);
    expect([page.status, page.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<code>invalid_redirect_uri</code>');

    const unassigned = await begin({ scope: 'safety:pass:write' });
    const back = await new Browser().signIn(unassigned.url, 'counselor', CALLBACK);
    expect(back.searchParams.get('error')).toBe('invalid_scope');
  });

  it('renews with a refresh token, each one once', async () => {
    const { tokens } = await signIn('counselor');
    const second = await oidc.refreshTokenGrant(config, tokens.refresh_token as string);
    expect(decodeJwt(second.access_token)).toMatchObject({ sub: COUNSELOR, scope: SCOPE });
    expect(second.refresh_token).not.toBe(tokens.refresh_token);
    await expect(oidc.refreshTokenGrant(config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    // A refresh token that was used twice may be a stolen one: the whole line ends.
    await expect(oidc.refreshTokenGrant(config, second.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('introspects and revokes refresh tokens', async () => {
    const { tokens } = await signIn('counselor');
    const token = tokens.refresh_token as string;
    expect(await oidc.tokenIntrospection(config, token)).toMatchObject({
      active: true,
      sub: COUNSELOR,
      client_id: 'portal',
    });
    await oidc.tokenRevocation(config, token);
    expect(await oidc.tokenIntrospection(config, token)).toEqual({ active: false });
    await expect(oidc.refreshTokenGrant(config, token)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('revokes one access token, of the client alone that it was given to', async () => {
    const [one, other] = [(await signIn('counselor')).tokens, (await signIn('counselor')).tokens];
    const { secret } = await issuer.register({ clientId: 'stranger' });
    await oidc.tokenRevocation(await issuer.discover('stranger', secret), one.access_token);
    await oidc.tokenRevocation(config, `${other.access_token.slice(0, -10)}AAAAAAAAAA`);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await issuer.status('/directory/v1/clients', one.access_token)).toBe(403);

    await oidc.tokenRevocation(config, one.access_token);
    await eventually(
      async () => expect(await issuer.status('/directory/v1/clients', one.access_token)).toBe(401),
      3_000,
    );
    expect(await issuer.status('/directory/v1/clients', other.access_token)).toBe(403);
    expect(await oidc.refreshTokenGrant(config, one.refresh_token as string)).toBeDefined();
  });

  it('lets in nobody who has left: token and refresh token alike', async () => {
    const { tokens } = await signIn('student');
    await issuer.query(sql`UPDATE directory.person SET active = false WHERE id = ${campus.students[0]}`);
    try {
      expect(await issuer.status('/directory/v1/clients', tokens.access_token)).toBe(401);
      await expect(oidc.refreshTokenGrant(config, tokens.refresh_token as string)).rejects.toMatchObject({
        error: 'invalid_grant',
      });
    } finally {
      await issuer.query(sql`UPDATE directory.person SET active = true WHERE id = ${campus.students[0]}`);
    }
  });

  it('lists the apps that act for a person, in words, and ends one with all it has', async () => {
    const { secret } = await issuer.register({
      clientId: 'timetable-app',
      name: '课表',
      publisher: '教务处',
      grants: ['authorization_code', 'refresh_token'],
      redirectUris: [CALLBACK],
      permissions: ['directory:consent:own', 'affairs:leave:submit'],
    });
    const app = await issuer.discover('timetable-app', secret);
    const verifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(app, {
      redirect_uri: CALLBACK,
      scope: 'directory:consent:own affairs:leave:submit',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const back = await new Browser().signIn(url, 'student', CALLBACK);
    const tokens = await oidc.authorizationCodeGrant(app, back, { pkceCodeVerifier: verifier });
    const call = async (method: string, path = '') => {
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      const answer = await fetch(`${issuer.config.origin}/directory/v1/me/apps${path}`, { method, headers });
      return { status: answer.status, body: (await answer.json()) as { apps: { clientId: string }[] } };
    };
    const { apps } = (await call('GET')).body;
    expect(apps.find(({ clientId }) => clientId === 'timetable-app')).toEqual({
      clientId: 'timetable-app',
      name: '课表',
      publisher: '教务处',
      permissions: [
        { name: 'affairs:leave:submit', zh: '本人请假', en: 'Ask for leave oneself' },
        {
          name: 'directory:consent:own',
          zh: '查看与撤回本人对应用的授权',
          en: "See and withdraw one's consents to apps",
        },
      ],
      givenAt: expect.stringMatching(/Z$/) as never,
      lastUsedOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as never,
    });
    expect((await call('DELETE', '/no-such-app')).status).toBe(404);
    const left = await call('DELETE', '/timetable-app');
    expect([left.status, left.body.apps.map(({ clientId }) => clientId)]).not.toContain('timetable-app');
    await expect(oidc.refreshTokenGrant(app, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await eventually(async () => expect((await call('GET')).status).toBe(401), 5_000);
  });

  it('shows the page in both languages, and names the personas when one is unknown', async () => {
    const { url } = await begin();
    const browser = new Browser();
    const first = await browser.get(url);
    const login = new URL(first.headers.get('location') as string, url);
    const page = await browser.get(login);
    const html = await page.text();
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).toContain('辅导员');
    expect(html).toContain('Counselor');
    expect(html).not.toContain(COUNSELOR);

    const unknown = await browser.get(new URL(`${login.pathname}/as/rector`, login));
    expect(unknown.status).toBe(400);
    expect(await unknown.text()).toContain('choose one of: counselor, student');

    const stranger = await fetch(login);
    expect(stranger.status).toBe(400);
    expect(await stranger.json()).toMatchObject({ code: 'directory/login-expired' });
  });
});

describe('before the campus sign-on is connected', () => {
  let issuer: IssuerApp;
  let config: oidc.Configuration;
  beforeAll(async () => {
    issuer = await IssuerApp.create({ demo: false });
    const { secret } = await issuer.register({
      clientId: 'portal',
      grants: ['authorization_code'],
      redirectUris: [CALLBACK],
    });
    config = await issuer.discover('portal', secret);
  });
  afterAll(() => issuer?.close());

  async function enter(browser: Browser, code: string) {
    const verifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: SCOPE,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const form = await browser.walk(url, CALLBACK);
    expect(form.page).toContain('npm run admin:first');
    const answer = browser.post(new URL(`${form.url.pathname}/code`, form.url), { code });
    return { next: await browser.walk(form.url, CALLBACK, answer), verifier };
  }

  it('the first administrator signs in with a code that was made on the server, once', async () => {
    const { code, appointed } = await firstAdmin(issuer.config, 'T0004');
    expect(appointed).toBe(false);
    const browser = new Browser();
    const { next, verifier } = await enter(browser, code);
    const approved = browser.post(new URL(`${next.url.pathname}/approve`, next.url));
    const back = await browser.walk(next.url, CALLBACK, approved);
    const tokens = await oidc.authorizationCodeGrant(config, back.url, { pkceCodeVerifier: verifier });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: campus.staff.schoolOfficer, client_id: 'portal' });

    for (const wrong of [code, '', 'x'.repeat(22), 'x'.repeat(60_000)]) {
      const { next: refused } = await enter(new Browser(), wrong);
      expect(refused.status).toBe(403);
      expect(refused.page).toContain('登录码无效');
    }
  });

  it('a code ends after a quarter of an hour', async () => {
    const { code } = await firstAdmin(issuer.config, 'T0004');
    await issuer.query(
      sql`UPDATE directory.oidc_state SET expires_at = expires_at - interval '15 minutes' WHERE model = 'SignInCode'`,
    );
    expect((await enter(new Browser(), code)).next.status).toBe(403);
  });

  it('no code is made with a key that is not the servers’', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'yizhan-key-')), 'secret.key');
    writeFileSync(file, randomBytes(32).toString('base64'));
    const other = Object.assign(Object.create(issuer.config) as Config, { secretKeyFile: file });
    await expect(firstAdmin(other, 'T0004')).rejects.toThrow('is not the key of the servers');
  });

  it('the first one becomes student-affairs officer of the school, where nobody is', async () => {
    await expect(firstAdmin(issuer.config, '0000')).rejects.toThrow('import the roster first');
    await issuer.query(sql`DELETE FROM staffing.appointment WHERE kind = 'student_affairs_officer'`);
    expect(await firstAdmin(issuer.config, 'T0007')).toMatchObject({ appointed: true });
    expect(await firstAdmin(issuer.config, 'T0001')).toMatchObject({ appointed: false });
    const officers = await issuer.query(
      sql`SELECT person_id, unit_id FROM staffing.appointment WHERE kind = 'student_affairs_officer'`,
    );
    expect(officers).toEqual([{ person_id: campus.staff.psychologist, unit_id: campus.school }]);
  });
});

describe('without the demo', () => {
  it('a process does not start beside demo secrets', async () => {
    await expect(IssuerApp.create({ demo: false, seeded: true })).rejects.toThrow(DEMO_CLIENT.clientId);
  });
});
