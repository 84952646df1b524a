import { decodeJwt } from 'jose';
import { sql } from '#database';
import { campus, eventually, studentNumbers } from '#testing';
import { AppWithPeople } from './app-with-people.js';
import { CasServer } from './cas-server.js';
import { Browser, CALLBACK, freePort, IssuerApp } from './issuer.js';

const [STUDENT, NUMBER] = [campus.students[0] as string, studentNumbers[0] as string];
const UNKNOWN = '1999000001';

describe('signing in by CAS', () => {
  let yizhan: IssuerApp;
  let sso: CasServer;
  let app: AppWithPeople;
  beforeAll(async () => {
    const port = await freePort();
    sso = await CasServer.start(`http://127.0.0.1:${port}`, [NUMBER, UNKNOWN]);
    yizhan = await IssuerApp.create({ demo: false, port, casUrl: sso.url, casNumberAttribute: 'xh' });
    app = await AppWithPeople.register(yizhan, sso, sso.url);
  }, 60_000);
  afterAll(async () => {
    await yizhan?.close();
    await sso?.stop();
  });

  const callback = (): string => `${yizhan.config.origin}/directory/sso/cas/`;

  it('signs in whom the server names by the attribute that is the number', async () => {
    const { tokens } = await app.signIn(NUMBER);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: STUDENT, client_id: 'leave-app' });
    expect(await app.accepted(tokens.access_token)).toBe(true);
  });

  it('lets in nobody whom the roster does not know', async () => {
    const stranger = await app.atCampus(new Browser(), (await app.begin()).url, UNKNOWN);
    expect(stranger.status).toBe(403);
    expect(stranger.page).toContain('the roster has nobody active with your number');
  });

  it('takes a ticket once, for the sign-in it was made for', async () => {
    const browser = new Browser();
    const ticketed = await app.atCampus(browser, (await app.begin()).url, NUMBER, callback());
    expect(ticketed.url.searchParams.get('ticket')).toMatch(/^ST-/);
    const own = await browser.walk(ticketed.url, CALLBACK);
    expect(own.url.searchParams.get('code')).not.toBeNull();
    expect((await browser.walk(ticketed.url, CALLBACK)).status).toBe(400);
  });

  it('has the campus ask anew who the person is, when the app wants to be sure of that', async () => {
    const { browser } = await app.signIn(NUMBER);
    const asked = await browser.walk((await app.begin({ prompt: 'login' })).url, CALLBACK);
    expect(asked.page).toContain('name="password"');
    // Nor does it help to take that word out of the address: the ticket is from before.
    asked.url.searchParams.delete('renew');
    const refused = await browser.walk(asked.url, CALLBACK);
    expect([refused.url.pathname.endsWith('/callback'), refused.status]).toEqual([true, 403]);

    const fresh = new Browser();
    const back = await app.atCampus(fresh, (await app.begin({ prompt: 'login' })).url, NUMBER);
    expect(back.url.href).toContain('code=');
  });

  it('takes no ticket that was made for another sign-in', async () => {
    const [mine, theirs] = [new Browser(), new Browser()];
    const stolen = await app.atCampus(theirs, (await app.begin()).url, NUMBER, callback());
    const page = await mine.walk((await app.begin()).url, 'nowhere');
    const service = page.url.searchParams.get('service')!;
    // The ticket with the state of one's own sign-in, in each place where a state may stand.
    const ticket = stolen.url.searchParams.get('ticket')!;
    const mixed = new URL(
      `${service}?${new URLSearchParams({ ticket, state: stolen.url.pathname.split('/').at(-1)! })}`,
    );
    expect((await mine.walk(mixed, 'nowhere')).status).toBe(403);
  });

  it('refuses made-up tickets', async () => {
    for (const ticket of ['', 'ST-made-up', `ST-${'x'.repeat(300)}`, '../../logout', 'ST-1&service=http://elsewhere']) {
      const browser = new Browser();
      const page = await browser.walk((await app.begin()).url, 'nowhere');
      const back = new URL(`${page.url.searchParams.get('service')!}?${new URLSearchParams({ ticket })}`);
      const refused = await browser.walk(back, 'nowhere');
      expect([ticket, refused.status]).toEqual([ticket, 403]);
    }
    const signedIn = await yizhan.query(
      sql`SELECT 1 FROM platform.audit WHERE action = 'directory.person.signed-in' AND person_id <> ${STUDENT}`,
    );
    expect(signedIn).toEqual([]);
  });

  it('signing out at the campus ends exactly its session, and nobody else can end one', async () => {
    const here = await app.signIn(NUMBER);
    const there = await app.signIn(NUMBER);
    for (const logoutRequest of [
      '',
      'not xml',
      request('ST-made-up'),
      request('%'),
      request(''),
      `<!DOCTYPE a [<!ENTITY x "ST">]>${request('&x;')}`,
    ]) {
      const body = new URLSearchParams({ logoutRequest });
      const response = await fetch(`${callback()}x`, { method: 'POST', body });
      expect(response.status).toBe(200);
    }
    expect(await app.accepted(here.tokens.access_token)).toBe(true);

    await sso.signOut(here.browser);
    await eventually(async () => expect(await app.accepted(here.tokens.access_token)).toBe(false), 3_000);
    await expect(app.renew(here.tokens)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await here.browser.walk((await app.begin()).url, 'nowhere')).url.href).toMatch(sso.url);

    expect(await app.accepted(there.tokens.access_token)).toBe(true);
    expect(await app.accepted((await app.renew(there.tokens)).access_token)).toBe(true);
  });

  it('says so when the campus is away', async () => {
    const browser = new Browser();
    const ticketed = await app.atCampus(browser, (await app.begin()).url, NUMBER, callback());
    await sso.stop();
    const away = await browser.walk(ticketed.url, 'nowhere');
    expect(away.status).toBe(503);
    expect(away.page).toContain('统一身份认证暂时无法访问');
  });
});

function request(ticket: string): string {
  return `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="x" Version="2.0"><samlp:SessionIndex>${ticket}</samlp:SessionIndex></samlp:LogoutRequest>`;
}
