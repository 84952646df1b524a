import { calculateJwkThumbprint } from 'jose';
import type { ClientKey, PublicJwk } from './client.entity.js';

const MEMBERS = ['kty', 'crv', 'x', 'y', 'kid', 'alg', 'use'];

/** Names of keys: what goes into an address unharmed. */
export const KEY_ID = /^[A-Za-z0-9._-]{1,100}$/;

/** An ES256 or EdDSA key, whole and without its private part. */
export function isPublicKey(jwk: PublicJwk): boolean {
  const kind = `${String(jwk.kty)} ${String(jwk.crv)}`;
  const parts = kind === 'EC P-256' ? [jwk.x, jwk.y] : kind === 'OKP Ed25519' ? [jwk.x] : [undefined];
  const whole = parts.every((part) => typeof part === 'string' && Buffer.from(part, 'base64url').length === 32);
  const named = jwk.kid === undefined || (typeof jwk.kid === 'string' && KEY_ID.test(jwk.kid));
  return whole && named && Object.keys(jwk).every((name) => MEMBERS.includes(name));
}

/** The key with the name that the app gave it, else with its thumbprint (RFC 7638). */
export async function clientKey(jwk: PublicJwk): Promise<ClientKey> {
  return { ...jwk, kid: typeof jwk.kid === 'string' ? jwk.kid : await calculateJwkThumbprint(jwk) };
}
