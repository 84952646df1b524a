import type { JWK } from 'jose';
import type { Environment } from '../clients/clients.dto.js';
import { type Configuration, errors, type KoaContextWithOIDC, type Provider } from './oidc-provider.js';
import { ACCESS_TOKEN, ACR } from '#auth';
import type { Config } from '#config';
import { PERMISSIONS } from '#contracts';
import type { Database } from '#database';
import type { Throttle } from '#http';
import { personById } from '#roster';
import { type CampusClock } from '#time';
import type { Vault } from '#vault';
import { ClientAdapter, ORIGINS, SECRET_HASHES, WAITING } from './client-adapter.js';
import type { Consents } from './consents.service.js';
import type { Sessions } from './sessions.service.js';
import { type Page, policyOf, requestErrorPage, signedOutPage, signOutPage } from './sign-in-pages.js';
import type { SignInWays } from './sso/sign-in-ways.js';
import { StateAdapter } from './state-adapter.js';
import { promptsWithAcr } from './strength.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** An assertion's life, with the skew of clocks. */
const ASSERTION_SECONDS = 10 * MINUTE + 15;

export interface ProviderParts {
  database: Database;
  vault: Vault;
  throttle: Throttle;
  clock: CampusClock;
  /** Private JWKs; the first one signs. */
  keys: JWK[];
  /** Path of the issuer, without trailing slash. */
  path: string;
  sessions: Sessions;
  consents: Consents;
  ways: SignInWays;
  config: Config;
}

/**
 * RFC 6749 with the grants of RFC 9700 (no implicit, no password), PKCE S256 always (RFC 7636), JWT access tokens (RFC 9068)
 * for one resource (RFC 8707) that need not be named.
 */
export function providerOptions({
  database,
  vault,
  throttle,
  clock,
  keys,
  path,
  sessions,
  consents,
  ways,
  config,
}: ProviderParts): Configuration {
  // The demo's pages are clients of their own, without being registered.
  const demoOrigin = config.demo ? config.origin : undefined;
  const environment: Environment = config.sandbox ? 'sandbox' : 'production';
  return {
    adapter: (model: string) =>
      model === 'Client'
        ? new ClientAdapter(database, throttle, clock, demoOrigin)
        : new StateAdapter(model, database, vault),
    jwks: { keys: keys as never },
    scopes: ['openid', ...Object.keys(PERMISSIONS)],
    acrValues: [ACR.oneFactor, ACR.twoFactors],
    claims: { openid: ['sub', 'acr', 'amr'], acr: null, amr: null, auth_time: null },
    // So that a developer sees which world an app is of (RFC 8414 §2 allows more than it names).
    discovery: { yizhan_environment: environment },
    responseTypes: ['code'],
    subjectTypes: ['public'],
    pkce: { required: () => true },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    extraClientMetadata: { properties: [SECRET_HASHES, ORIGINS, WAITING] },
    // RFC 7523 §3: an assertion that is good for long is a secret that lies about; ours live ten minutes at most.
    assertJwtClientAuthClaimsAndHeader: async (_context, { exp, iat }) => {
      const now = Math.floor(Date.now() / 1000);
      if (!(Number(exp) - Math.min(now, Number(iat ?? now)) <= ASSERTION_SECONDS))
        throw new errors.InvalidClientAuth('the client_assertion must expire within ten minutes');
    },
    // EdDSA by its name of RFC 8037 and by that of RFC 9864, which openid-client signs with.
    enabledJWA: { clientAuthSigningAlgValues: ['ES256', 'EdDSA', 'Ed25519'], idTokenSigningAlgValues: ['ES256'] },
    // The client's own pages, and the issuer's (/docs): a browser sends their Origin too.
    clientBasedCORS: (context, origin, client) =>
      origin === new URL(context.oidc.issuer).origin ||
      ((client as unknown as Record<string, string[] | undefined>)[ORIGINS] ?? []).includes(origin),
    cookies: {
      keys: [vault.digest('cookie', 'key')],
      names: { session: 'yizhan_session', interaction: 'yizhan_interaction', resume: 'yizhan_resume' },
      long: { signed: true, httpOnly: true, sameSite: 'lax', path },
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    ttl: {
      AccessToken: ACCESS_TOKEN.lifetimeSeconds,
      ClientCredentials: ACCESS_TOKEN.lifetimeSeconds,
      AuthorizationCode: MINUTE,
      IdToken: 10 * MINUTE,
      Interaction: 10 * MINUTE,
      Session: 8 * HOUR,
      Grant: 14 * DAY,
      RefreshToken: (_context, token) => Math.max(1, 14 * DAY - token.totalLifetime()),
    },
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    expiresWithSession: async () => false,
    interactions: {
      policy: promptsWithAcr(),
      url: async (_context, interaction) => `${path}/interaction/${interaction.uid}`,
    },
    // Who has left the school, or withdrawn the consent, gets an app no more tokens, by refresh neither.
    findAccount: async (_context, sub, token) => {
      const person = await personById(database.connection, sub);
      const refused = token?.kind === 'RefreshToken' && (await consents.given(sub, token.clientId!)).length === 0;
      return person?.active && !refused ? { accountId: sub, claims: async () => ({ sub }) } : undefined;
    },
    loadExistingGrant: (context) => grantOf(context, consents),
    // Names the session, so that its access tokens can end with it, and says how strongly the person has signed in (RFC 9470 §6.1).
    extraTokenClaims: async ({ oidc }, token) => {
      if ('accountId' in token && token.accountId) await consents.used(token.accountId, token.clientId!);
      if (!('sessionUid' in token && token.sessionUid)) return undefined;
      const { acr, amr, authTime } = oidc.entities.AuthorizationCode ?? oidc.entities.RefreshToken ?? {};
      return {
        sid: sessions.nameOf(token.sessionUid),
        ...(acr && { acr }),
        ...(amr && { amr }),
        ...(authTime && { auth_time: authTime }),
      };
    },
    // What an app got wrong (RFC 6749 §4.1.2.1): to the person in whose browser it ends a page, to programs JSON.
    renderError: async (context, out) => {
      if (context.accepts('json', 'html') === 'html') return show(context, requestErrorPage(out));
      context.type = 'application/json';
      context.body = out;
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (context, form) => show(context, signOutPage(form)),
        postLogoutSuccessSource: async (context) => {
          // Signed out here is signed out here, also while the campus is away.
          const campus = await ways.signOutUrl().catch(() => undefined);
          show(context, signedOutPage(campus));
        },
      },
      claimsParameter: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
      },
      revocation: {
        enabled: true,
        allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => ACCESS_TOKEN.audience,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (context, resource, client) => {
          if (resource !== ACCESS_TOKEN.audience) throw new errors.InvalidTarget();
          const assigned = (client.scope ?? '').replace(/^openid ?/, '');
          refuseUnassigned(context, assigned);
          const scope = leaveOutWaiting(context, client, assigned);
          return {
            scope,
            audience: ACCESS_TOKEN.audience,
            accessTokenFormat: 'jwt',
            accessTokenTTL: ACCESS_TOKEN.lifetimeSeconds,
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
  };
}

/** What the app already may: of this session, or what the person has agreed to before. */
async function grantOf(
  { oidc: { result, session, client, provider, params } }: KoaContextWithOIDC,
  consents: Consents,
) {
  const { accountId } = session!;
  if (!accountId) return undefined;
  const clientId = client!.clientId;
  const given = await consents.given(accountId, clientId);
  const known = result?.consent?.grantId ?? session!.grantIdFor(clientId);
  const kept = known && given.length > 0 ? await provider.Grant.find(known) : undefined;
  if (kept) return kept;
  const scopes = String(params?.scope ?? '')
    .split(' ')
    .filter((scope) => given.includes(scope));
  if (scopes.length === 0) return undefined;
  const grant = new provider.Grant({ accountId, clientId });
  addScopes(grant, scopes);
  await grant.save();
  return grant;
}

function show(context: KoaContextWithOIDC, page: Page): void {
  context.set('Content-Security-Policy', policyOf(page));
  context.type = 'text/html; charset=utf-8';
  context.body = page.html;
}

export function addScopes(grant: InstanceType<Provider['Grant']>, scopes: string[]): void {
  grant.addOIDCScope(scopes.join(' '));
  grant.addResourceScope(ACCESS_TOKEN.audience, scopes.join(' '));
}

/** A scope that nobody knows is refused like one that is not the client's, instead of left out in silence. */
function refuseUnassigned(context: KoaContextWithOIDC, assigned: string): void {
  const allowed = new Set(['openid', ...assigned.split(' ')]);
  const asked = String(context.oidc.params?.scope ?? '')
    .split(' ')
    .filter(Boolean);
  const unassigned = asked.find((scope) => !allowed.has(scope));
  if (unassigned) throw new errors.InvalidScope('requested scope is not assigned to the client', unassigned);
}

/** What waits for its approval is neither refused nor had, nor is anybody asked to agree to it: the token carries the rest. */
function leaveOutWaiting({ oidc }: KoaContextWithOIDC, client: object, assigned: string): string {
  const waiting = new Set((client as Record<string, string[] | undefined>)[WAITING]);
  const without = (scopes: string) =>
    scopes
      .split(' ')
      .filter((scope) => !waiting.has(scope))
      .join(' ');
  const { params } = oidc;
  if (waiting.size > 0 && typeof params?.scope === 'string') params.scope = without(params.scope) || undefined;
  return without(assigned);
}
