import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { validate as isUuid } from 'uuid';
import { type Permission, PERMISSIONS } from '#contracts';
import type { SignedIn } from './actor.js';

/** What an access token of the house is (RFC 9068). The issuer makes it so, the verifier accepts nothing else. */
export const ACCESS_TOKEN = {
  audience: 'urn:yizhan:api',
  type: 'at+jwt',
  lifetimeSeconds: 600,
  /** Asymmetric only: a public key can never be used to sign. */
  algorithms: ['ES256', 'EdDSA'],
};

const SKEW_SECONDS = 30;

/** A token found good is not verified again for so long; revocation is looked up apart from this, with every request. */
const TRUSTED_MS = 20_000;
const MOST_TRUSTED = 5_000;

/** What a token that was found good says. */
export interface Claims {
  clientId: string;
  /** The person the app acts for; undefined for an app alone. */
  personId: string | undefined;
  /** `jti`. */
  tokenId: string;
  /** The session of the person that it came from, as the issuer names it. */
  sessionId: string | undefined;
  /** Seconds since the epoch. */
  issuedAt: number;
  permissions: ReadonlySet<Permission>;
  signedIn: SignedIn;
}

/** The token is not good. Why is nobody's business. */
export class InvalidTokenError extends Error {}

/** The public keys cannot be had right now: no verdict. */
export class KeysUnavailableError extends Error {}

/** Verifies access tokens by our own JWKS, and nothing a token's header says about keys (RFC 8725 §3.10). */
export class TokenVerifier {
  private readonly keys: JWTVerifyGetKey;
  private readonly trusted = new Map<string, { claims: Claims; until: number }>();

  constructor(
    private readonly issuer: string,
    jwksUrl: string,
  ) {
    // An unknown kid may cause one request in 5 s; known keys never wait for one.
    this.keys = createRemoteJWKSet(new URL(jwksUrl), {
      cooldownDuration: 5_000,
      cacheMaxAge: 600_000,
      timeoutDuration: 3_000,
    });
  }

  /** Throws InvalidTokenError or KeysUnavailableError. */
  async verify(token: string): Promise<Claims> {
    const known = this.trusted.get(token);
    if (known && known.until > Date.now()) return known.claims;
    const { claims, expiresAt } = await this.check(token);
    if (this.trusted.size >= MOST_TRUSTED) this.trusted.clear();
    this.trusted.set(token, { claims, until: Math.min(Date.now() + TRUSTED_MS, expiresAt * 1_000) });
    return claims;
  }

  private async check(token: string): Promise<{ claims: Claims; expiresAt: number }> {
    const payload = await this.verified(token);
    const { sub, exp, nbf, iat, client_id: clientId, sid, jti, acr, auth_time: at, scope = '' } = payload;
    // JSON may hold 1e400, which is Infinity and never expires.
    const instants = [exp, iat, nbf ?? 0];
    if (!instants.every(Number.isSafeInteger)) throw new InvalidTokenError();
    if (exp! - iat! > ACCESS_TOKEN.lifetimeSeconds) throw new InvalidTokenError();
    if (typeof clientId !== 'string' || typeof scope !== 'string') throw new InvalidTokenError();
    const personId = sub === clientId ? undefined : sub;
    if (personId !== undefined && !isUuid(personId)) throw new InvalidTokenError();
    const claims = {
      clientId,
      personId,
      tokenId: String(jti),
      sessionId: typeof sid === 'string' ? sid : undefined,
      issuedAt: iat!,
      permissions: new Set(scope.split(' ').filter((name): name is Permission => Object.hasOwn(PERMISSIONS, name))),
      signedIn: {
        acr: typeof acr === 'string' ? acr : undefined,
        at: Number.isSafeInteger(at) ? (at as number) : undefined,
      },
    };
    return { claims, expiresAt: exp! };
  }

  private async verified(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(
        token,
        (header, input) => {
          if (typeof header.kid !== 'string') throw new errors.JWKSNoMatchingKey();
          return this.keys(header, input);
        },
        {
          issuer: this.issuer,
          audience: ACCESS_TOKEN.audience,
          typ: ACCESS_TOKEN.type,
          algorithms: ACCESS_TOKEN.algorithms,
          clockTolerance: SKEW_SECONDS,
          maxTokenAge: ACCESS_TOKEN.lifetimeSeconds,
          requiredClaims: ['sub', 'exp', 'iat', 'jti', 'client_id'],
        },
      );
      return payload;
    } catch (error) {
      throw isAboutTheKeys(error)
        ? new KeysUnavailableError('The public keys cannot be fetched', { cause: error })
        : new InvalidTokenError();
    }
  }
}

/** jose reports a failed fetch as a timeout, as a bare JOSEError (bad answer), or lets fetch's own TypeError through. */
function isAboutTheKeys(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  return (
    error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC'
  );
}
