import { decodeJwt } from 'jose';
import { sql } from '#database';
import { campus, studentNumbers } from '#testing';
import { LdapAccounts } from '../src/login/ldap/ldap-accounts.js';
import { AppWithPeople } from './app-with-people.js';
import { Browser, CALLBACK, IssuerApp } from './issuer.js';
import { BASE, LdapServer, READER } from './ldap-server.js';

const [STUDENT, NUMBER] = [campus.students[0] as string, studentNumbers[0] as string];
const PASSWORD = '密码 p*(ss\\)';

describe('signing in by LDAP', () => {
  let yizhan: IssuerApp;
  let server: LdapServer;
  let app: AppWithPeople;
  beforeAll(async () => {
    server = await LdapServer.start([
      { uid: 'li.wei', password: PASSWORD, number: NUMBER, mail: 'shared@example.edu.cn' },
      { uid: 'other', password: PASSWORD, number: studentNumbers[1], mail: 'shared@example.edu.cn' },
      { uid: '李伟', password: PASSWORD, number: studentNumbers[2] },
      { uid: 'stranger', password: PASSWORD, number: '1999000001' },
      { uid: 'twice', password: PASSWORD, number: [NUMBER, '1999000002'] },
      { uid: 'nobody', password: PASSWORD, number: undefined },
      { uid: 'guessed', password: PASSWORD, number: studentNumbers[3] },
    ]);
    yizhan = await IssuerApp.create({
      demo: false,
      ldapUrl: ['ldap://127.0.0.1:9', server.secure()],
      ldapCaFile: server.caFile,
      ldapBindDn: READER.dn,
      ldapBindPasswordFile: server.readerPasswordFile,
      ldapSearchBase: BASE,
      ldapFilter: '(&(objectClass=person)(|(uid={name})(mail={name})))',
      ldapNumberAttribute: 'DEPARTMENTNUMBER',
    });
    app = await AppWithPeople.register(yizhan, { signIn: () => Promise.reject(new Error('none')) }, 'none');
  }, 60_000);
  afterAll(async () => {
    await yizhan?.close();
    await server?.stop();
  });

  /** From the app to the page that asks, and what it answers to a name and a password. */
  async function signIn(name: string, password: string, browser = new Browser(), parameters = {}) {
    const { url, redeem } = await app.begin(parameters);
    const page = await browser.walk(url, CALLBACK);
    const action = new URL(/action="([^"]+password)"/.exec(page.page)![1]!, page.url);
    const send = () => browser.walk(action, CALLBACK, browser.post(action, { name, password }));
    return { browser, redeem, send, action, answer: await send() };
  }

  it('signs in whom the directory knows, by name and password', async () => {
    const { browser, redeem, answer } = await signIn(' LI.WEI ', PASSWORD);
    expect(answer.page).toContain('Let an app act for you');
    const tokens = await redeem(await app.allow(browser, answer.url));
    expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: STUDENT, client_id: 'leave-app' });
    expect(await app.accepted(tokens.access_token)).toBe(true);
    expect((await signIn('李伟', PASSWORD)).answer.page).toContain('Let an app act for you');
  });

  it('asks on a page of both languages that readers of the screen understand', async () => {
    const { page } = await new Browser().walk((await app.begin()).url, CALLBACK);
    for (const text of [
      '学校账号',
      'School account',
      '密码',
      'autocomplete="current-password"',
      'autocomplete="username"',
    ])
      expect(page).toContain(text);
    const { answer } = await signIn('li<b>', 'wrong');
    expect(answer.page).toContain('role="alert"');
    expect(answer.page).toContain('aria-describedby="wrong"');
    expect(answer.page).not.toContain('li<b>');
  });

  it('says no alike, and no sooner, to a wrong password, an unknown name, and a name that two have', async () => {
    const seen = [];
    for (const [name, password] of [
      ['li.wei', 'wrong'],
      ['no.such.name', PASSWORD],
      ['shared@example.edu.cn', PASSWORD],
      ['*', PASSWORD],
      ['li.wei)(uid=*', PASSWORD],
      ['li.wei', ''],
    ] as const) {
      const began = performance.now();
      const { answer } = await signIn(name, password);
      const spelled = answer.page.replace(/ value="[^"]*"/, '').replaceAll(/interaction\/[\w-]+/g, '');
      seen.push({ status: answer.status, spelled });
      expect(performance.now() - began).toBeGreaterThan(1_000);
    }
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify(seen[0])]));
    expect(seen[0]!.status).toBe(403);
  }, 30_000);

  it('lets in nobody without one number that the roster knows', async () => {
    expect((await signIn('stranger', PASSWORD)).answer.page).toContain('the roster has nobody active with your number');
    for (const name of ['twice', 'nobody']) expect((await signIn(name, PASSWORD)).answer.status).toBe(403);
  });

  it('takes the form of the browser that began alone', async () => {
    const { action } = await signIn('li.wei', 'wrong');
    const stranger = new Browser();
    const refused = await stranger.walk(
      action,
      CALLBACK,
      stranger.post(action, { name: 'li.wei', password: PASSWORD }),
    );
    expect([refused.status, refused.page.includes('another browser')]).toEqual([400, true]);
  });

  it('asks anew when the app wants to be sure of the person', async () => {
    const { browser, redeem, answer } = await signIn('li.wei', PASSWORD);
    const tokens = await redeem(
      answer.url.href.startsWith(CALLBACK) ? answer.url : await app.allow(browser, answer.url),
    );
    expect((await browser.walk((await app.begin()).url, CALLBACK)).url.href).toContain('code=');
    const next = await signIn('li.wei', PASSWORD, browser, { prompt: 'login' });
    expect(next.action.pathname).toContain('/password');
    expect(decodeJwt((await next.redeem(next.answer.url)).access_token)).toMatchObject({ sub: STUDENT });
    await expect(app.renew(tokens)).resolves.toBeDefined();
  });

  it('makes who guesses wait, ever longer, also when all guesses come at once', async () => {
    const { send } = await signIn('guessed', 'wrong');
    const guesses = await Promise.all(Array.from({ length: 8 }, send));
    expect(guesses.map(({ status }) => status).sort()).toEqual([403, 403, 403, 403, 429, 429, 429, 429]);
    const right = await signIn('Guessed', PASSWORD);
    expect([right.answer.status, right.answer.page.includes('Too many attempts')]).toEqual([429, true]);
    // As if the pause were over.
    await yizhan.query(sql`UPDATE directory.sign_in_attempt SET last_at = last_at - interval '11 seconds' RETURNING 1`);
    expect((await signIn('guessed', 'wrong')).answer.status).toBe(403);
    await yizhan.query(sql`UPDATE directory.sign_in_attempt SET last_at = last_at - interval '11 seconds' RETURNING 1`);
    expect((await signIn('guessed', PASSWORD)).answer.status).toBe(429);
    await yizhan.query(sql`UPDATE directory.sign_in_attempt SET last_at = last_at - interval '11 seconds' RETURNING 1`);
    expect((await signIn('guessed', PASSWORD)).answer.page).toContain('Let an app act for you');
    const rows = await yizhan.query<{ key: string }>(sql`SELECT key_hash AS key FROM directory.sign_in_attempt`);
    expect(JSON.stringify(rows)).not.toMatch(/guessed|127\.0\.0/);
  }, 30_000);

  const accounts = (settings: object): LdapAccounts =>
    new LdapAccounts(Object.assign(Object.create(yizhan.config) as typeof yizhan.config, settings));
  const away = { message: expect.stringContaining('accounts-unavailable') as string };

  it('speaks to another machine by TLS alone, and only to the one whose certificate it is', async () => {
    const ldapUrl = [server.elsewhere];
    expect(await accounts({ ldapUrl }).numberOf('li.wei', PASSWORD)).toBe(NUMBER);
    await expect(accounts({ ldapUrl, ldapCaFile: undefined }).numberOf('li.wei', PASSWORD)).rejects.toMatchObject(away);
    await expect(accounts({ ldapUrl: [server.unnamed] }).numberOf('li.wei', PASSWORD)).rejects.toMatchObject(away);
    await expect(
      accounts({ ldapUrl, ldapBindPasswordFile: server.caFile }).numberOf('li.wei', PASSWORD),
    ).rejects.toMatchObject(away);
    expect(() => accounts({ ldapBindPasswordFile: undefined })).toThrow('LDAP_BIND_PASSWORD_FILE');
    expect(() => accounts({ ldapFilter: '(uid={name}' })).toThrow();
    expect(() => accounts({ ldapSearchBase: undefined })).toThrow('LDAP_SEARCH_BASE');
  }, 30_000);

  it('takes by ldaps the certificate that its own CA gave to this very host, and no other', async () => {
    const ldapUrl = [server.secure()];
    expect(await accounts({ ldapUrl }).numberOf('li.wei', PASSWORD)).toBe(NUMBER);
    await expect(accounts({ ldapUrl }).numberOf('li.wei', 'wrong')).rejects.toMatchObject({
      message: expect.stringContaining('password-refused') as string,
    });
    for (const settings of [
      { ldapUrl, ldapCaFile: undefined },
      { ldapUrl, ldapCaFile: server.otherCaFile },
      { ldapUrl: [server.secure('127.0.0.3')] },
      // On this machine too: who asks for ldaps wants to know who answers.
      { ldapUrl: [server.secure('127.0.0.1')] },
      { ldapUrl: [server.secure('localhost')] },
      // What answers does not speak TLS.
      { ldapUrl: [server.url.replace('ldap:', 'ldaps:')] },
    ])
      await expect(accounts(settings).numberOf('li.wei', PASSWORD)).rejects.toMatchObject(away);
  }, 60_000);

  it('says so when the directory is away, counts nothing against anybody, and goes on when it is back', async () => {
    await server.pause();
    const { answer, send } = await signIn('li.wei', PASSWORD);
    expect([answer.status, answer.page.includes('暂时无法访问')]).toEqual([503, true]);
    for (let times = 0; times < 6; times++) expect((await send()).status).toBe(503);
    await server.resume();
    expect((await send()).url.href).toMatch(/code=|interaction/);
    expect((await signIn('li.wei', PASSWORD)).answer.status).not.toBe(503);
  }, 30_000);
});
