import { readFileSync } from 'node:fs';
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import * as oidc from 'openid-client';
import type { Config } from '#config';
import { because, SsoRefused, SsoUnavailable } from '../login.problems.js';
import type { Strength } from '../strength.js';
import {
  type Asked,
  assertSecure,
  callbackOf,
  type CampusSignIn,
  type CampusSso,
  type LogoutNotice,
  type Pending,
} from './campus-sso.js';

const TIMEOUT_SECONDS = 5;
const SKEW_SECONDS = 30;
const METHODS = { most: 8, longest: 32 };
/** OpenID Connect Back-Channel Logout 1.0 §2.4. */
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const NOTICE_MAX_AGE = '2 minutes';
/** Asymmetric only: what the campus publishes cannot be used to sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** OpenID Connect: authorization code with PKCE, state and nonce; back-channel logout. */
export class OidcSso implements CampusSso {
  readonly asksAnew = true;
  private readonly issuer: URL;
  private readonly clientId: string;
  private readonly authentication: oidc.ClientAuth;
  private configuration: Promise<oidc.Configuration> | undefined;
  private keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  constructor(private readonly config: Config) {
    const { oidcIssuer = '', oidcClientId, oidcClientSecretFile } = config;
    assertSecure('OIDC_ISSUER', oidcIssuer);
    if (!oidcClientId) throw new Error('OIDC_CLIENT_ID is not set: how does the campus know this system?');
    this.issuer = new URL(oidcIssuer);
    this.clientId = oidcClientId;
    this.authentication = authenticationOf(oidcClientSecretFile);
  }

  async begin(state: string, { anew, twoFactors, maxAge }: Asked): Promise<{ url: URL; pending: Pending }> {
    const pending = { state, anew, nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
    const url = oidc.buildAuthorizationUrl(await this.discovered(), {
      redirect_uri: callbackOf(this.config),
      scope: this.config.oidcScope,
      state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
      ...(anew && { prompt: 'login' }),
      // It makes the campus say when somebody has signed in, too.
      ...(maxAge !== undefined && { max_age: String(maxAge) }),
      ...(twoFactors && this.config.oidcMfaAcr.length > 0 && { acr_values: this.config.oidcMfaAcr.join(' ') }),
    });
    return { url, pending };
  }

  async finish({ state, nonce, verifier }: Pending, query: URLSearchParams): Promise<CampusSignIn> {
    const configuration = await this.discovered();
    try {
      const tokens = await oidc.authorizationCodeGrant(configuration, new URL(`${callbackOf(this.config)}?${query}`), {
        expectedState: state,
        expectedNonce: nonce!,
        pkceCodeVerifier: verifier!,
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      const { oidcNumberClaim } = this.config;
      const said =
        claims[oidcNumberClaim] ??
        (await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub))[oidcNumberClaim];
      if (typeof said !== 'string' || said === '') throw new SsoRefused();
      return { number: said, session: text(claims['sid']), subject: claims.sub, strength: this.strengthOf(claims) };
    } catch (error) {
      throw refusal(error);
    }
  }

  async logoutNotice(body: URLSearchParams): Promise<LogoutNotice | undefined> {
    const token = body.get('logout_token');
    if (!token) return undefined;
    const { issuer, jwks_uri } = (await this.discovered()).serverMetadata();
    if (!jwks_uri) return undefined;
    this.keys ??= createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration: TIMEOUT_SECONDS * 1_000 });
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer,
        audience: this.clientId,
        algorithms: ALGORITHMS,
        requiredClaims: ['iat', 'jti'],
        maxTokenAge: NOTICE_MAX_AGE,
        clockTolerance: SKEW_SECONDS,
      });
      return noticeOf(payload);
    } catch {
      return undefined;
    }
  }

  /** OpenID Connect RP-Initiated Logout 1.0. */
  async signOutUrl(): Promise<URL | undefined> {
    const { end_session_endpoint: page } = (await this.discovered()).serverMetadata();
    if (!page) return undefined;
    const url = new URL(page);
    url.searchParams.set('client_id', this.clientId);
    return url;
  }

  /** What the campus says of the sign-in, by the school's configuration. Methods that are none of RFC 8176 pass, but not what is no list of names. */
  private strengthOf({ acr, amr, auth_time: at }: oidc.IDToken): Strength {
    const methods = Array.isArray(amr) ? amr.filter(isMethod).slice(0, METHODS.most) : undefined;
    const { oidcMfaAcr, oidcMfaAmr } = this.config;
    const twoFactors =
      oidcMfaAcr.includes(text(acr) ?? '') || (methods ?? []).some((method) => oidcMfaAmr.includes(method));
    return { twoFactors, amr: methods, at: Number.isSafeInteger(at) && at! > 0 ? at : undefined };
  }

  /** The campus's metadata; asked for once, and again after a failure. */
  private discovered(): Promise<oidc.Configuration> {
    const execute = this.issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
    this.configuration ??= oidc
      .discovery(this.issuer, this.clientId, undefined, this.authentication, { execute, timeout: TIMEOUT_SECONDS })
      .catch((error: unknown) => {
        this.configuration = undefined;
        throw because(new SsoUnavailable({ retryAfter: 30 }), error);
      });
    return this.configuration;
  }
}

/** By Basic unless the campus takes the secret in the body only; without a secret as a public client. */
function authenticationOf(file: string | undefined): oidc.ClientAuth {
  const secret = file ? readFileSync(file, 'utf8').trim() : '';
  if (!secret) return oidc.None();
  const [basic, post] = [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

/** A logout token says of which session or of whom, and has no nonce, so that an ID token never passes for one. */
function noticeOf({ sid, sub, events, nonce, jti }: JWTPayload): LogoutNotice | undefined {
  const event = (events as Record<string, unknown> | undefined)?.[LOGOUT_EVENT];
  if (typeof event !== 'object' || event === null || nonce !== undefined) return undefined;
  const [session, subject] = [text(sid), text(sub)];
  return session || subject ? { session, subject, id: jti } : undefined;
}

/** What the campus or the browser said wrong is a refusal; the rest is that the campus cannot be reached. */
function refusal(error: unknown): Error {
  if (error instanceof SsoRefused) return error;
  const { code = '' } = error as { code?: string };
  const unreachable = /TIMEOUT|ABORT|RESPONSE_IS_NOT/.test(code) || (error instanceof TypeError && code === '');
  return because(unreachable ? new SsoUnavailable({ retryAfter: 30 }) : new SsoRefused(), error);
}

function isMethod(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= METHODS.longest;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
