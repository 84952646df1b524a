import { timingSafeEqual } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { type Client, type KoaContextWithOIDC, Provider } from './oidc-provider.js';
import type { JWK } from 'jose';
import { Config } from '#config';
import { Database } from '#database';
import { Throttle } from '#http';
import { CLIENT_SECRET } from '../clients/clients.service.js';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { revokeAccessToken } from './access-token-revocation.js';
import { SECRET_HASHES } from './client-adapter.js';
import { providerOptions } from './provider-options.js';
import { Consents } from './consents.service.js';
import { Sessions, type Origin } from './sessions.service.js';
import { SigningKeysService } from './signing-keys.service.js';
import { SignInWays } from './sso/sign-in-ways.js';

const KEYS_FRESH_MS = 10_000;
const logger = new Logger('issuer');

/**
 * The OAuth2 authorization server: oidc-provider with everything it remembers in PostgreSQL. It takes its keys when it is
 * made, so after a rotation a new one takes over; nothing is lost, because nothing is kept in memory.
 */
@Injectable()
export class Issuer {
  /** Where it is mounted, e.g. `/directory/oauth`. */
  readonly path: string;
  private readonly throttle = new Throttle();
  private current: { provider: Provider; kids: string } | undefined;
  private checkedAt = -Infinity;
  private checking: Promise<void> | undefined;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly signingKeys: SigningKeysService,
    private readonly sessions: Sessions,
    private readonly consents: Consents,
    private readonly ways: SignInWays,
    private readonly clock: CampusClock,
  ) {
    this.path = new URL(config.issuer).pathname;
  }

  /** The provider with the newest keys, at most ten seconds old. */
  async provider(): Promise<Provider> {
    if (!this.current || performance.now() - this.checkedAt > KEYS_FRESH_MS) {
      this.checking ??= this.takeKeys().finally(() => (this.checking = undefined));
      await this.checking;
    }
    return this.current!.provider;
  }

  private async takeKeys(): Promise<void> {
    const startedAt = performance.now();
    const keys = await this.signingKeys.published();
    const kids = keys.map((key) => key.kid).join(' ');
    if (kids !== this.current?.kids) {
      const { database, vault, throttle, clock, path, config, sessions, consents, ways } = this;
      this.current = {
        provider: this.build(
          keys,
          new Provider(
            this.config.issuer,
            providerOptions({ database, vault, throttle, clock, keys, path, config, sessions, consents, ways }),
          ),
        ),
        kids,
      };
    }
    this.checkedAt = startedAt;
  }

  private build(keys: JWK[], provider: Provider): Provider {
    // The mount sets the forwarded headers itself, from the configured origin.
    provider.proxy = true;
    const { vault } = this;
    provider.Client.prototype.compareClientSecret = function (this: Client, given: string): boolean {
      const hash = Buffer.from(vault.digest(CLIENT_SECRET, given));
      const hashes = (this as unknown as Record<string, string[]>)[SECRET_HASHES] ?? [];
      return hashes.map((known) => timingSafeEqual(Buffer.from(known), hash)).includes(true);
    } as never;
    provider.use(async (context, next) => {
      await next();
      // Both before the answer leaves: no session goes out which the campus could not end, and no goodbye that is not true.
      const { route, result, session, params } = (context as KoaContextWithOIDC).oidc ?? {};
      const origin = result?.['origin'] as Origin | undefined;
      if (origin && session) await this.sessions.bind(session.uid, origin);
      await revokeAccessToken(context as KoaContextWithOIDC, keys, this.database);
      if (route === 'end_session_confirm' && params?.logout && session) await this.sessions.end(session.uid);
    });
    const failed = (context: KoaContextWithOIDC, error: Error): void => {
      if (error.message === 'invalid_client') this.throttle.fail(context.state.claimedClient as string);
    };
    provider.on('server_error', (_context, error) => logger.error(error));
    return provider.on('grant.error', failed).on('introspection.error', failed).on('revocation.error', failed);
  }
}
