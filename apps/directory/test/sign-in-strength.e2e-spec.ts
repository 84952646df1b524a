import { decodeJwt } from 'jose';
import { ACR } from '#auth';
import { campus, studentNumbers } from '#testing';
import { AppWithPeople, startWithCampus } from './app-with-people.js';
import { CAMPUS_MFA, type CampusOidc } from './campus-oidc.js';
import { CasServer } from './cas-server.js';
import { Browser, CALLBACK, freePort, IssuerApp } from './issuer.js';

const [STUDENT, NUMBER, OTHER] = [
  campus.students[0] as string,
  studentNumbers[0] as string,
  studentNumbers[1] as string,
];
const SCOPE = `openid ${AppWithPeople.scope}`;
const ESSENTIAL = JSON.stringify({ id_token: { acr: { essential: true, values: [ACR.twoFactors] } } });
const now = () => Math.floor(Date.now() / 1_000);

interface Claims {
  [claim: string]: unknown;
  auth_time?: number;
}

describe('how strongly somebody has signed in, by OpenID Connect', () => {
  let yizhan: IssuerApp;
  let sso: CampusOidc;
  let app: AppWithPeople;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    ({ yizhan, sso, app, stop } = await startWithCampus({ oidcMfaAcr: [CAMPUS_MFA] }));
    await app.signIn(NUMBER, { scope: SCOPE });
  });
  afterAll(() => stop?.());
  beforeEach(() => (sso.strength = {}));

  /** From the app over the campus's pages to the app again, where the person has agreed before. */
  const through = async (browser: Browser, parameters: Record<string, string>, number = NUMBER) => {
    const { url, redeem } = await app.begin({ scope: SCOPE, ...parameters });
    const back = await app.atCampus(browser, url, number);
    return { back: back.url, redeem };
  };
  const signIn = async (parameters: Record<string, string> = {}, browser = new Browser()) => {
    const { back, redeem } = await through(browser, parameters);
    const tokens = await redeem(back);
    return {
      ...{ browser, tokens, id: decodeJwt<Claims>(tokens.id_token as string) },
      access: decodeJwt<Claims>(tokens.access_token),
    };
  };

  it.each([
    ['says nothing', {}, ACR.oneFactor],
    ['names methods of one factor', { amr: ['pwd'] }, ACR.oneFactor],
    ['names two factors among the methods', { amr: ['pwd', 'otp', 'mfa'] }, ACR.twoFactors],
    ['names the class of two factors', { acr: CAMPUS_MFA }, ACR.twoFactors],
    ['names a class that the school has not mapped', { acr: 'urn:other' }, ACR.oneFactor],
  ])('the campus %s', async (_, strength, acr) => {
    sso.strength = strength;
    const { id, access } = await signIn();
    expect(access).toMatchObject({ sub: STUDENT, acr });
    expect(id).toMatchObject({ sub: STUDENT, acr });
    expect([access['amr'], id['amr']]).toEqual(Array(2).fill('amr' in strength ? strength.amr : undefined));
  });

  it('says when, where the campus does, and nothing where nobody knows', async () => {
    expect((await signIn()).access).not.toHaveProperty('auth_time');
    const { access, id } = await signIn({ max_age: '600' });
    expect(sso.asked.get('max_age')).toBe('600');
    expect(access.auth_time).toBeGreaterThan(now() - 60);
    expect(id.auth_time).toBe(access.auth_time);
  });

  it('keeps it over a refresh', async () => {
    sso.strength = { amr: ['mfa'] };
    const { tokens, access } = await signIn({ max_age: '600' });
    const renewed = decodeJwt<Claims>((await app.renew(tokens)).access_token);
    expect(renewed).toMatchObject({ acr: ACR.twoFactors, amr: ['mfa'], auth_time: access.auth_time });
  });

  it('has who is signed in sign in again for an app that asks for two factors, and tells the campus so', async () => {
    const { browser } = await signIn();
    const weaker = await browser.walk((await app.begin({ scope: SCOPE })).url, CALLBACK);
    expect(weaker.url.href).toContain('code=');

    sso.strength = { acr: CAMPUS_MFA };
    const { access } = await signIn({ acr_values: ACR.twoFactors, max_age: '600' }, browser);
    expect(Object.fromEntries(sso.asked)).toMatchObject({ acr_values: CAMPUS_MFA, prompt: 'login', max_age: '600' });
    expect(access).toMatchObject({ acr: ACR.twoFactors, auth_time: expect.any(Number) as never });

    const same = await app.begin({ scope: SCOPE, acr_values: ACR.twoFactors, max_age: '600' });
    const again = await browser.walk(same.url, CALLBACK);
    expect(decodeJwt((await same.redeem(again.url)).access_token)).toMatchObject({ acr: ACR.twoFactors });
  });

  it('goes on with one factor where the app asked by acr_values alone, and says so', async () => {
    const { browser } = await signIn();
    expect((await signIn({ acr_values: ACR.twoFactors }, browser)).access).toMatchObject({ acr: ACR.oneFactor });
    const quiet = await app.begin({ scope: SCOPE, acr_values: ACR.twoFactors, prompt: 'none' });
    expect((await browser.walk(quiet.url, CALLBACK)).url.searchParams.get('error')).toBeNull();
  });

  it('refuses the app what it cannot do without, and leaves nobody signed in by it', async () => {
    const browser = new Browser();
    const { back } = await through(browser, { claims: ESSENTIAL });
    expect(sso.asked.get('acr_values')).toBe(CAMPUS_MFA);
    expect(back.searchParams.get('error')).toBe('unmet_authentication_requirements');
    expect(back.searchParams.get('code')).toBeNull();

    sso.strength = { amr: ['mfa'] };
    expect((await signIn({ claims: ESSENTIAL }, new Browser())).id).toMatchObject({ acr: ACR.twoFactors });
    const single = JSON.stringify({ id_token: { acr: { essential: true, value: ACR.oneFactor } } });
    const { back: other } = await through(new Browser(), { claims: single });
    expect(other.searchParams.get('error')).toBe('unmet_authentication_requirements');
  });

  it.each<Record<string, string>>([{ max_age: '60' }, { prompt: 'login' }])(
    'refuses a sign-in from before, where the app asks %j',
    async (asked) => {
      sso.strength = { loginTs: now() - 3_600 };
      const { back } = await through(new Browser(), asked);
      expect(back.searchParams.get('error')).toBe('unmet_authentication_requirements');
    },
  );

  it.each(['null', '7', '"x"', '{"values":7}', '{"values":[7]}', '{"essential":"yes","values":["x"]}'])(
    'refuses or leaves out what makes no sense: %s',
    async (acr) => {
      const browser = new Browser();
      const { url } = await app.begin({ scope: SCOPE, claims: `{"id_token":{"acr":${acr}}}` });
      const page = await browser.walk(url, CALLBACK);
      const refused = page.url.href.startsWith(CALLBACK);
      const back = refused ? page : await sso.signIn(browser, page.url, NUMBER, CALLBACK);
      expect(back.url.searchParams.get('error')).toBe(refused ? 'invalid_request' : null);
    },
  );

  it('publishes what can be asked for', async () => {
    const answer = await fetch(`${yizhan.config.issuer}/.well-known/openid-configuration`);
    expect(await answer.json()).toMatchObject({
      acr_values_supported: [ACR.oneFactor, ACR.twoFactors],
      claims_parameter_supported: true,
      claims_supported: expect.arrayContaining(['acr', 'amr', 'auth_time']) as never,
    });
  });
});

describe('how strongly somebody has signed in, by CAS', () => {
  let yizhan: IssuerApp;
  let sso: CasServer;
  let app: AppWithPeople;
  beforeAll(async () => {
    const port = await freePort();
    sso = await CasServer.start(`http://127.0.0.1:${port}`, [NUMBER, OTHER]);
    const casMfaAttributes = ['authnContextClass=mfa-gauth'];
    yizhan = await IssuerApp.create({ demo: false, port, casUrl: sso.url, casNumberAttribute: 'xh', casMfaAttributes });
    app = await AppWithPeople.register(yizhan, sso, sso.url);
  }, 60_000);
  afterAll(async () => {
    await yizhan?.close();
    await sso?.stop();
  });

  it('is what the attribute that the school names says, and when the server says', async () => {
    const { tokens } = await app.signIn(NUMBER);
    const claims = decodeJwt<Claims>(tokens.access_token);
    expect(claims).toMatchObject({ sub: STUDENT, acr: ACR.twoFactors });
    expect(Math.abs(claims.auth_time! - now())).toBeLessThan(60);
    const other = await app.signIn(OTHER);
    expect(decodeJwt(other.tokens.access_token)).toMatchObject({ acr: ACR.oneFactor });
  });

  it('asks the server to have them sign in anew, and refuses where that was not with two factors', async () => {
    const { browser } = await app.signIn(OTHER, { scope: SCOPE });
    const { url } = await app.begin({ scope: SCOPE, claims: ESSENTIAL });
    const page = await browser.walk(url, CALLBACK);
    expect(page.url.searchParams.get('renew')).toBe('true');
    const back = await sso.signIn(browser, page.url, OTHER, CALLBACK);
    expect(back.url.searchParams.get('error')).toBe('unmet_authentication_requirements');
  });
});
