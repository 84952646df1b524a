import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Provider } from '../src/login/oidc-provider.js';
import type { Browser } from './issuer.js';
import { freePort } from './issuer.js';

/** How the campus knows us. */
export const CLIENT = {
  id: 'yizhan',
  secret: 'a secret of the campus for tests only',
  secretFile(): string {
    const file = join(mkdtempSync(join(tmpdir(), 'yizhan-sso-')), 'secret');
    writeFileSync(file, `${CLIENT.secret}\n`);
    return file;
  },
};

/** What the campus calls a sign-in with two factors (REFEDS MFA Profile). */
export const CAMPUS_MFA = 'https://refeds.org/profile/mfa';

/** An OpenID provider as a campus runs one, with login pages, a claim for the 学号, and back-channel logout. */
export class CampusOidc {
  /** How people sign in from now on; `loginTs` in seconds since the epoch, now where it is not said. */
  strength: { acr?: string; amr?: string[]; loginTs?: number } = {};
  /** The last request that came to its authorization endpoint. */
  asked = new URLSearchParams();

  private constructor(
    readonly issuer: string,
    private readonly server: Server,
    private readonly key: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'],
  ) {}

  /** `yizhan`: where the system under test is. */
  static async start(yizhan: string): Promise<CampusOidc> {
    const port = await freePort();
    const issuer = `http://127.0.0.1:${port}`;
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const provider = new Provider(issuer, {
      jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' } as never] },
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [`${yizhan}/directory/sso/callback`],
          backchannel_logout_uri: `${yizhan}/directory/sso/logout`,
          backchannel_logout_session_required: true,
        },
      ],
      acrValues: [CAMPUS_MFA],
      claims: { openid: ['sub', 'sid', 'acr', 'amr'], profile: ['xh'] },
      features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true } },
      // The campus calls people by an opaque name; their number is a claim of userinfo.
      findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, xh: id.replace(/^uid-/, '') }) }),
      cookies: { keys: ['for tests'], names: { session: 'campus', interaction: 'campus_i', resume: 'campus_r' } },
      allowOmittingSingleRegisteredRedirectUri: false,
      // Without the library's dispatcher, which talks to no loopback address.
      fetch: (url, options) =>
        globalThis.fetch(url as URL, { ...(options as RequestInit), dispatcher: undefined } as RequestInit),
    });
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url!, issuer);
      if (pathname === '/auth') campus.asked = searchParams;
      void provider.callback()(request, response);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const campus = new CampusOidc(issuer, server, privateKey);
    const session = provider.Session.prototype as unknown as { loginAccount(details: object): void };
    const { loginAccount } = session;
    session.loginAccount = function (details) {
      loginAccount.call(this, { ...details, ...campus.strength });
    };
    return campus;
  }

  /** A logout token, signed with the campus's own key; `claims` take the place of the right ones. */
  logoutToken(claims: Record<string, unknown>): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const right = { iss: this.issuer, aud: CLIENT.id, iat: now, exp: now + 120, jti: randomUUID(), events };
    return new SignJWT({ ...right, ...claims }).setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt' }).sign(this.key);
  }

  /** What a person does on the campus's pages: name themselves, and let the campus pass it on. */
  async signIn(
    browser: Browser,
    page: URL,
    number: string,
    callback: string,
  ): Promise<Awaited<ReturnType<Browser['walk']>>> {
    const named = await browser.walk(
      page,
      callback,
      browser.post(page, { prompt: 'login', login: `uid-${number}`, password: 'any' }),
    );
    if (!named.url.href.startsWith(this.issuer)) return named;
    return browser.walk(named.url, callback, browser.post(named.url, { prompt: 'consent' }));
  }

  /** The person signs out at the campus, which tells everybody. */
  async signOut(browser: Browser): Promise<void> {
    const page = await browser.walk(new URL(`${this.issuer}/session/end`), 'nowhere');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.page)![1]!;
    const done = await browser.post(new URL(`${this.issuer}/session/end/confirm`), { xsrf, logout: 'yes' });
    await done.arrayBuffer();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
