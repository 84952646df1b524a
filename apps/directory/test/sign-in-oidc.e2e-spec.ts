import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Database, query, sql } from '#database';
import { campus, eventually, studentNumbers } from '#testing';
import { Vault } from '#vault';
import { Sessions } from '../src/login/sessions.service.js';
import { StateAdapter } from '../src/login/state-adapter.js';
import { AppWithPeople, startWithCampus } from './app-with-people.js';
import { type CampusOidc, CLIENT } from './campus-oidc.js';
import { Browser, CALLBACK, IssuerApp } from './issuer.js';

const [STUDENT, NUMBER] = [campus.students[0] as string, studentNumbers[0] as string];

describe('signing in by OpenID Connect', () => {
  let yizhan: IssuerApp;
  let sso: CampusOidc;
  let app: AppWithPeople;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    ({ yizhan, sso, app, stop } = await startWithCampus());
  });
  afterAll(() => stop?.());

  it('asks the person once whether the app may act for them, naming the app and each permission in both languages', async () => {
    const browser = new Browser();
    const { url, redeem } = await app.begin();
    const consent = await app.atCampus(browser, url, NUMBER);
    expect(consent.status).toBe(200);
    for (const text of ['请假小程序', 'app.example.edu.cn', '本人请假', 'Ask for leave oneself', 'See units, places'])
      expect(consent.page).toContain(text);
    expect(consent.page).not.toContain(NUMBER);

    const tokens = await redeem(await app.allow(browser, consent.url));
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      sub: STUDENT,
      client_id: 'leave-app',
      scope: AppWithPeople.scope,
    });

    const again = new Browser();
    const second = await app.begin();
    const back = await app.atCampus(again, second.url, NUMBER);
    expect(back.url.href).toContain(CALLBACK);
    expect(decodeJwt((await second.redeem(back.url)).access_token)).toMatchObject({ sub: STUDENT });

    const more = await app.begin({ scope: `${AppWithPeople.scope} affairs:leave:read` });
    const asked = await again.walk(more.url, CALLBACK);
    expect(asked.page).toContain('See leaves');
    expect(asked.page).not.toContain('Ask for leave oneself');

    const rows = await yizhan.query(
      sql`SELECT action, app, subject_id FROM platform.audit WHERE person_id = ${STUDENT} ORDER BY occurred_at`,
    );
    expect(rows).toContainEqual({ action: 'directory.person.signed-in', app: 'leave-app', subject_id: STUDENT });
    expect(rows).toContainEqual({ action: 'directory.app-consent.given', app: 'leave-app', subject_id: STUDENT });
  });

  it('has the campus ask anew who the person is, when the app wants to be sure of that', async () => {
    const { browser } = await app.signIn(NUMBER);
    expect((await browser.walk((await app.begin()).url, CALLBACK)).url.href).toContain('code=');
    const asked = await browser.walk((await app.begin({ prompt: 'login' })).url, CALLBACK);
    expect(asked.url.href).toMatch(sso.issuer);
    expect(asked.page).toContain('name="password"');
  });

  it('tells the app when the person does not let it', async () => {
    const browser = new Browser();
    const { url } = await app.begin();
    const consent = await app.atCampus(browser, url, studentNumbers[1] as string);
    const refused = await browser.walk(
      consent.url,
      CALLBACK,
      browser.post(new URL(`${consent.url.pathname}/refuse`, consent.url)),
    );
    expect(refused.url.searchParams.get('error')).toBe('access_denied');
    const asked = await app.begin();
    expect((await browser.walk(asked.url, CALLBACK)).page).toContain('请假小程序');
  });

  it('lets in nobody whom the roster does not know, or no longer', async () => {
    const { url } = await app.begin();
    const unknown = await app.atCampus(new Browser(), url, '1999000001');
    expect(unknown.status).toBe(403);
    expect(unknown.page).toContain('名册中没有');
    expect(unknown.page).not.toContain('1999000001');

    await yizhan.query(sql`UPDATE directory.person SET active = false WHERE id = ${campus.students[2]}`);
    const gone = await app.atCampus(new Browser(), (await app.begin()).url, studentNumbers[2] as string);
    expect(gone.status).toBe(403);
    await yizhan.query(sql`UPDATE directory.person SET active = true WHERE id = ${campus.students[2]}`);
  });

  it('lets a person in as the record that is kept, by the number of one that was merged into it', async () => {
    const [kept, givenUp] = [campus.students[4]!, campus.students[5]!];
    await yizhan.query(sql`UPDATE directory.person SET active = false, merged_into = ${kept} WHERE id = ${givenUp}`);
    const { tokens } = await app.signIn(studentNumbers[5]!);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: kept });
    await yizhan.query(sql`UPDATE directory.person SET active = true, merged_into = NULL WHERE id = ${givenUp}`);
  });

  it('gives what came back from the campus to the browser that began, once', async () => {
    const victim = new Browser();
    // The campus sends the browser to the one address it knows; a thief opens it first.
    const stopAt = `http://127.0.0.1:${yizhan.config.port}/directory/sso/callback`;
    const campusDone = await app.atCampus(victim, (await app.begin()).url, NUMBER, stopAt);
    expect(campusDone.url.href).toContain('code=');
    const thief = new Browser();
    const refused = await thief.walk(campusDone.url, CALLBACK);
    expect(refused.status).toBe(400);
    expect(refused.page).toContain('不是在此浏览器中发起');
    // Nor does it help to have begun a sign-in of one's own.
    const theirs = await thief.get((await app.begin()).url);
    const ownAddress = new URL(
      `${theirs.headers.get('location')}/callback${campusDone.url.search}`,
      yizhan.config.origin,
    );
    expect((await thief.walk(ownAddress, CALLBACK)).status).toBe(400);

    const own = await victim.walk(campusDone.url, CALLBACK);
    expect(own.url.href.startsWith(CALLBACK) || own.page.includes('请假小程序')).toBe(true);
    expect((await victim.walk(campusDone.url, CALLBACK)).status).toBe(400);
  });

  it('says that the person refused at the campus, and that the campus is away', async () => {
    const browser = new Browser();
    const page = await browser.walk((await app.begin()).url, CALLBACK);
    const link = /href="([^"]+\/abort)"/.exec(page.page)![1]!;
    const aborted = await browser.walk(new URL(link, page.url), CALLBACK);
    expect(aborted.status).toBe(403);
    expect(aborted.page).toContain('统一身份认证未确认您的身份');
    const program = await fetch(`${yizhan.config.origin}/directory/sso/callback?state=made-up`);
    expect(program.status).toBe(400);
    expect(await program.json()).toMatchObject({ code: 'directory/login-expired' });
  });

  describe('signing out at the campus', () => {
    it('ends exactly its session: login, refresh tokens, and access tokens within a second', async () => {
      const here = await app.signIn(NUMBER);
      const there = await app.signIn(NUMBER);
      expect(await app.accepted(here.tokens.access_token)).toBe(true);
      await sso.signOut(here.browser);
      await eventually(async () => expect(await app.accepted(here.tokens.access_token)).toBe(false), 3_000);
      await expect(app.renew(here.tokens)).rejects.toMatchObject({
        error: 'invalid_grant',
      });
      const next = await here.browser.walk((await app.begin()).url, CALLBACK);
      expect(next.url.href).toMatch(sso.issuer);

      expect(await app.accepted(there.tokens.access_token)).toBe(true);
      const renewed = await app.renew(there.tokens);
      expect(await app.accepted(renewed.access_token)).toBe(true);
      const same = await there.browser.walk((await app.begin()).url, CALLBACK);
      expect(same.url.href).toContain('code=');
    });

    it('ends also what a request under way was about to write', async () => {
      const { browser, tokens } = await app.signIn(NUMBER);
      const { sid } = decodeJwt<{ sid: string }>(tokens.access_token);
      const waiting = (many: number) =>
        eventually(async () => {
          const locks = sql`SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
          expect(await yizhan.query(locks)).toEqual([{ waiting: many }]);
        });
      const [renewal, end] = await yizhan.app.get(Database).transaction(null, async (tx) => {
        const token = sql`SELECT 1 FROM directory.oidc_state WHERE model = 'RefreshToken' AND session_hash = ${sid} FOR UPDATE`;
        expect(await query(tx, token)).toHaveLength(1);
        const renewed = app.renew(tokens).catch(() => undefined);
        await waiting(1);
        const ended = sso.signOut(browser);
        await waiting(2);
        return [renewed, ended] as const;
      });
      await end;
      const renewed = await renewal;
      if (renewed) await expect(app.renew(renewed)).rejects.toMatchObject({ error: 'invalid_grant' });
      const left = sql`SELECT model FROM directory.oidc_state WHERE session_hash = ${sid} OR (model = 'Session' AND uid_hash = ${sid})`;
      expect(await yizhan.query(left)).toEqual([]);
    });

    it('keeps a login ended that a request under way saves once more', async () => {
      const sessions = yizhan.app.get(Sessions);
      const state = new StateAdapter('Session', yizhan.app.get(Database), yizhan.app.get(Vault, { strict: false }));
      await sessions.end('a session');
      await state.upsert('its id', { uid: 'a session' });
      expect(await state.findByUid('a session')).toBeUndefined();
      await state.upsert('another id', { uid: 'another session' });
      expect(await state.findByUid('another session')).toBeDefined();
    });

    it('ends the sign-ins it names, or those of the person that have no name', async () => {
      const sessions = yizhan.app.get(Sessions);
      const bind = async () => {
        await sessions.bind('named', { session: 'sid-1', subject: 'a person' });
        await sessions.bind('unnamed', { session: undefined, subject: 'a person' });
        await sessions.bind('of another', { session: undefined, subject: 'another person' });
      };
      const ended = async (notice: { session?: string; subject?: string }) => {
        await bind();
        await sessions.endByNotice(notice);
        const left = sql`SELECT session_hash AS name FROM directory.sso_session`;
        const names = (await yizhan.query<{ name: string }>(left)).map(({ name }) => name);
        return ['named', 'unnamed', 'of another'].filter((uid) => !names.includes(sessions.nameOf(uid)));
      };
      expect(await ended({ session: 'sid-1', subject: 'a person' })).toEqual(['named', 'unnamed']);
      expect(await ended({ session: 'sid-2', subject: 'a person' })).toEqual(['unnamed']);
      expect(await ended({ session: 'sid-1' })).toEqual(['named']);
      expect(await ended({ subject: 'a person' })).toEqual(['named', 'unnamed']);
    });

    it('takes a notice that is signed by the campus, fresh, about logout and for us, once', async () => {
      const sub = `uid-${studentNumbers[4]}`;
      const { tokens } = await app.signIn(studentNumbers[4] as string);
      const send = async (logout_token: string): Promise<void> => {
        const body = new URLSearchParams({ logout_token });
        const response = await fetch(`${yizhan.config.origin}/directory/sso/logout`, { method: 'POST', body });
        expect(response.status).toBe(200);
      };
      const now = Math.floor(Date.now() / 1000);
      for (const wrong of [
        { sub, aud: 'another' },
        { sub, iss: 'https://elsewhere.example' },
        { sub, iat: now - 600, exp: now + 60 },
        { sub, events: {} },
        { sub, nonce: 'n' },
        { sub: undefined },
        { sub, jti: undefined },
      ])
        await send(await sso.logoutToken(wrong));
      expect((await app.renew(tokens)).access_token).toBeDefined();

      const notice = await sso.logoutToken({ sub });
      const again = await app.signIn(studentNumbers[4] as string);
      await send(notice);
      await expect(app.renew(again.tokens)).rejects.toMatchObject({ error: 'invalid_grant' });
      const later = await app.signIn(studentNumbers[4] as string);
      await send(notice);
      await expect(app.renew(later.tokens)).resolves.toBeDefined();
    });

    it('is believed from the campus alone', async () => {
      const { tokens } = await app.signIn(NUMBER);
      const { privateKey, publicKey } = await generateKeyPair('RS256');
      const event = { 'http://schemas.openid.net/event/backchannel-logout': {} };
      const forged = (claims: Record<string, unknown>, header = {}) =>
        new SignJWT({ sub: `uid-${NUMBER}`, events: event, jti: 'x', ...claims })
          .setProtectedHeader({ alg: 'RS256', ...header })
          .setIssuer(sso.issuer)
          .setAudience(CLIENT.id)
          .setIssuedAt()
          .sign(privateKey);
      const notices = [
        await forged({}),
        await forged({}, { jwk: await exportJWK(publicKey) }),
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ sub: `uid-${NUMBER}`, events: event })).toString('base64url')}.`,
        tokens.access_token,
        '',
      ];
      for (const logout_token of notices) {
        const body = new URLSearchParams({ logout_token });
        const response = await fetch(`${yizhan.config.origin}/directory/sso/logout`, { method: 'POST', body });
        expect(response.status).toBe(200);
      }
      await expect(app.renew(tokens)).resolves.toBeDefined();
    });
  });

  it('lets the person see and withdraw the consent: the app gets nothing more, and has to ask again', async () => {
    const own = studentNumbers[3] as string;
    const { browser, tokens } = await app.signIn(own, { scope: `${AppWithPeople.scope} directory:consent:own` });
    const call = (path: string, method = 'GET', token = tokens.access_token) =>
      fetch(`${yizhan.config.origin}/directory/v1/consents${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
      });
    expect(await (await call('')).json()).toEqual({
      consents: [
        {
          clientId: 'leave-app',
          name: '请假小程序',
          permissions: ['affairs:leave:submit', 'directory:consent:own', 'directory:unit:read'],
          givenAt: expect.any(String) as string,
        },
      ],
    });
    const unknown = await call('/other-app', 'DELETE');
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { what: 'consent' }]);
    const withdrawn = await call('/leave-app', 'DELETE');
    expect(await withdrawn.json()).toEqual({ consents: [] });
    await eventually(async () => expect((await call('')).status).toBe(401), 3_000);
    await expect(app.renew(tokens)).rejects.toMatchObject({ error: 'invalid_grant' });
    const asked = await new Browser().walk((await app.begin()).url, CALLBACK);
    expect(asked.url.href).toMatch(sso.issuer);
    const fresh = new Browser();
    expect((await app.atCampus(fresh, (await app.begin()).url, own)).page).toContain('Let an app act for you');

    // The browser that is still signed in is asked again too.
    expect((await browser.walk((await app.begin()).url, CALLBACK)).page).toContain('Let an app act for you');
  });

  it('takes a withdrawn consent for withdrawn, also when the person agrees to less of it later', async () => {
    const own = studentNumbers[4] as string;
    const scope = `${AppWithPeople.scope} directory:consent:own`;
    const { browser, tokens } = await app.signIn(own, { scope });
    const unused = await app.begin({ scope });
    const code = (await browser.walk(unused.url, CALLBACK)).url;
    expect(code.href).toContain('code=');
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const consent = `${yizhan.config.origin}/directory/v1/consents/leave-app`;
    expect((await fetch(consent, { method: 'DELETE', headers })).status).toBe(200);
    await expect(unused.redeem(code)).rejects.toMatchObject({ error: 'invalid_grant' });

    const less = await app.signIn(own, { scope: 'directory:unit:read' });
    expect(decodeJwt(less.tokens.access_token)['scope']).toBe('directory:unit:read');
    await expect(app.renew(tokens)).rejects.toMatchObject({ error: 'invalid_grant' });
    const asked = await browser.walk((await app.begin({ scope })).url, CALLBACK);
    expect(asked.page).toContain('Ask for leave oneself');
    expect(asked.page).not.toContain('See units, places');
  });

  it('signs out here for whom asks to, at the address the metadata names, and leads on to the campus', async () => {
    const { browser, tokens } = await app.signIn(NUMBER);
    const elsewhere = await app.signIn(NUMBER);
    const address = new URL(app.configuration.serverMetadata().end_session_endpoint!);
    address.searchParams.set('client_id', 'leave-app');
    const asked = await browser.walk(address, 'nowhere');
    expect(asked.page).toContain('Sign out');
    expect(await app.accepted(tokens.access_token)).toBe(true);

    const [, action, xsrf] = /action="([^"]+)"[^]*name="xsrf" value="([^"]+)"/.exec(asked.page)!;
    const form = { xsrf: xsrf!, logout: 'yes' };
    const done = await browser.walk(asked.url, 'nowhere', browser.post(new URL(action!, asked.url), form));
    expect(done.page).toContain(`${sso.issuer}/session/end?client_id=${CLIENT.id}`);
    await eventually(async () => expect(await app.accepted(tokens.access_token)).toBe(false), 3_000);
    await expect(app.renew(tokens)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await app.accepted(elsewhere.tokens.access_token)).toBe(true);

    const stranger = new Browser();
    const forged = await stranger.walk(address, 'nowhere', stranger.post(new URL(action!, asked.url), form));
    expect(forged.status).toBe(400);
    expect(await app.accepted(elsewhere.tokens.access_token)).toBe(true);
  });

  it('refuses access tokens whose code was used twice', async () => {
    const browser = new Browser();
    const { url, redeem } = await app.begin();
    const back = (await app.atCampus(browser, url, NUMBER)).url;
    const tokens = await redeem(back);
    expect(await app.accepted(tokens.access_token)).toBe(true);
    await expect(redeem(back)).rejects.toMatchObject({ error: 'invalid_grant' });
    await eventually(async () => expect(await app.accepted(tokens.access_token)).toBe(false), 3_000);
  });
});

describe('the configuration of campus sign-in', () => {
  it.each([
    [{ oidcIssuer: 'http://sso.example.edu.cn', oidcClientId: 'x' }, 'OIDC_ISSUER must be an https address'],
    [{ oidcIssuer: 'https://sso.example.edu.cn' }, 'OIDC_CLIENT_ID is not set'],
    [{ casUrl: 'http://cas.example.edu.cn/cas' }, 'CAS_URL must be an https address'],
    [{ casUrl: 'https://c.edu.cn/cas', oidcIssuer: 'https://c.edu.cn' }, 'both set'],
    [{ casUrl: 'https://c.edu.cn/cas', demo: true }, 'The demo signs in by its personas'],
  ])('%j does not start', async (settings, why) => {
    await expect(IssuerApp.create({ demo: false, seeded: false, ...settings })).rejects.toThrow(why);
  });
});
