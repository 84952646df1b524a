import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import { ACCESS_TOKEN } from '#auth';
import type { Database } from '#database';
import { refuseTokens } from '../clients/revocation.js';
import type { KoaContextWithOIDC } from './oidc-provider.js';

/**
 * RFC 7009 for access tokens: they are JWTs, which the library refuses at its endpoint once it has authenticated the client. One of the
 * client's own is refused everywhere within a second; any other is answered 200 all the same, as the standard wants.
 */
export async function revokeAccessToken(context: KoaContextWithOIDC, keys: JWK[], database: Database): Promise<void> {
  const { oidc, body } = context;
  const unsupported = (body as { error?: string } | undefined)?.error === 'unsupported_token_type';
  if (oidc?.route !== 'revocation' || !unsupported || !oidc.client) return;
  const publicKeys = keys.map(({ d: _private, ...key }) => key);
  const verified = await jwtVerify(String(oidc.params?.['token']), createLocalJWKSet({ keys: publicKeys }), {
    audience: ACCESS_TOKEN.audience,
    typ: ACCESS_TOKEN.type,
    algorithms: ACCESS_TOKEN.algorithms,
  }).catch(() => undefined);
  const { jti, client_id: clientId } = verified?.payload ?? {};
  if (jti && clientId === oidc.client.clientId) await refuseTokens(database.connection, { tokenId: jti });
  context.status = 200;
  context.body = '';
}
