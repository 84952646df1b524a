import * as oidc from 'openid-client';
import type { Config } from '#config';
import { CampusOidc, CLIENT } from './campus-oidc.js';
import { Browser, CALLBACK, freePort, IssuerApp } from './issuer.js';

type Stop = Awaited<ReturnType<Browser['walk']>>;

/** The school's sign-on, as a person meets it in a browser. */
interface Campus {
  signIn(browser: Browser, page: URL, number: string, callback: string): Promise<Stop>;
}

/** Yizhan, a campus with OpenID Connect, and an app; `stop` ends all of it. */
export async function startWithCampus(settings: Partial<Config> = {}) {
  const port = await freePort();
  const sso = await CampusOidc.start(`http://127.0.0.1:${port}`);
  const yizhan = await IssuerApp.create({
    demo: false,
    port,
    oidcIssuer: sso.issuer,
    oidcClientId: CLIENT.id,
    oidcClientSecretFile: CLIENT.secretFile(),
    oidcScope: 'openid profile',
    oidcNumberClaim: 'xh',
    ...settings,
  });
  const app = await AppWithPeople.register(yizhan, sso, sso.issuer);
  const stop = async (): Promise<void> => {
    await yizhan.close();
    await sso.stop();
  };
  return { yizhan, sso, app, stop };
}

/** An app that people sign in to over the campus's sign-on. */
export class AppWithPeople {
  private constructor(
    private readonly yizhan: IssuerApp,
    private readonly campus: Campus,
    /** Where the campus's pages are. */
    private readonly campusUrl: string,
    readonly configuration: oidc.Configuration,
  ) {}

  static readonly scope = 'directory:unit:read affairs:leave:submit';

  static async register(yizhan: IssuerApp, campus: Campus, campusUrl: string): Promise<AppWithPeople> {
    const { secret } = await yizhan.register({
      clientId: 'leave-app',
      name: '请假小程序',
      grants: ['authorization_code', 'refresh_token'],
      redirectUris: [CALLBACK],
      permissions: ['directory:unit:read', 'affairs:leave:submit', 'affairs:leave:read', 'directory:consent:own'],
    });
    return new AppWithPeople(yizhan, campus, campusUrl, await yizhan.discover('leave-app', secret));
  }

  async begin(parameters: Record<string, string> = {}) {
    const verifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    const url = oidc.buildAuthorizationUrl(this.configuration, {
      redirect_uri: CALLBACK,
      scope: AppWithPeople.scope,
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...parameters,
    });
    const redeem = (back: URL) =>
      oidc.authorizationCodeGrant(this.configuration, back, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        idTokenExpected: false,
      } as oidc.AuthorizationCodeGrantChecks);
    return { url, redeem };
  }

  /** From the app over the campus's pages to what comes then: our consent page, or the app again. */
  async atCampus(browser: Browser, url: URL, number: string, until = CALLBACK): Promise<Stop> {
    const page = await browser.walk(url, CALLBACK);
    expect(page.url.href).toMatch(this.campusUrl);
    return this.campus.signIn(browser, page.url, number, until);
  }

  async allow(browser: Browser, page: URL): Promise<URL> {
    return (await browser.walk(page, CALLBACK, browser.post(new URL(`${page.pathname}/approve`, page)))).url;
  }

  async signIn(number: string, parameters?: Record<string, string>) {
    const browser = new Browser();
    const { url, redeem } = await this.begin(parameters);
    const next = await this.atCampus(browser, url, number);
    const back = next.url.href.startsWith(CALLBACK) ? next.url : await this.allow(browser, next.url);
    return { browser, tokens: await redeem(back) };
  }

  renew(tokens: {
    refresh_token?: string;
  }): Promise<{ access_token: string; refresh_token?: string; id_token?: string }> {
    return oidc.refreshTokenGrant(this.configuration, tokens.refresh_token as string);
  }

  /** Is the token still one? What is asked for is refused to students (403), and to nobody known (401). */
  async accepted(token: string): Promise<boolean> {
    return (await this.yizhan.status('/directory/v1/clients', token)) === 403;
  }
}
