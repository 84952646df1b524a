import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

const PREFIX = 'whsec_';
const PUBLIC_PREFIX = 'whpk_';
/** How long the old secret signs beside a new one. */
export const OVERLAP_MS = 24 * 3_600_000;

/** What signs for a webhook, and until when (ISO 8601); none: it is the newest. */
export interface Secret {
  /** Of `v1`: 32 random bytes, as Standard Webhooks 1.0.0 writes them. */
  secret: string;
  /** Of `v1a`: an Ed25519 key (PKCS #8, base64). None: it is older than those signatures. */
  key?: string;
  until?: string;
}

export function newSecret(): Secret {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    secret: PREFIX + randomBytes(32).toString('base64'),
    key: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  };
}

/** Public keys of those that sign, the newest first, as Standard Webhooks 1.0.0 writes them. */
export function publicKeys(secrets: readonly Secret[]): string[] {
  return secrets.flatMap(({ key }) => {
    if (key === undefined) return [];
    const { x } = createPublicKey(privateKeyOf(key)).export({ format: 'jwk' });
    return [PUBLIC_PREFIX + Buffer.from(x!, 'base64url').toString('base64')];
  });
}

/** To read a key takes ten times as long as to sign with it. */
const read = new Map<string, KeyObject>();
const MOST_READ = 1_000;

function privateKeyOf(key: string): KeyObject {
  let known = read.get(key);
  if (!known) {
    known = createPrivateKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'pkcs8' });
    if (read.size >= MOST_READ) read.clear();
    read.set(key, known);
  }
  return known;
}

/** The secrets once `fresh` signs too: of those before only the newest goes on, for a day. */
export function rotated(secrets: readonly Secret[], fresh: Secret, now: Date): Secret[] {
  const before = secrets.find(({ until }) => until === undefined)!;
  return [fresh, { ...before, until: new Date(now.getTime() + OVERLAP_MS).toISOString() }];
}

/** Those that sign now. */
export function signing(secrets: readonly Secret[], now: Date): Secret[] {
  return secrets.filter(({ until }) => until === undefined || new Date(until) > now);
}

/** `webhook-signature` of a message (Standard Webhooks 1.0.0): one `v1,<base64 HMAC-SHA256>` for each secret, one `v1a,<base64 Ed25519>` for each key. */
export function signature(secrets: readonly Secret[], id: string, timestamp: number, body: string): string {
  const content = Buffer.from(`${id}.${timestamp}.${body}`);
  return secrets
    .flatMap(({ secret, key }) => [
      `v1,${createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64'))
        .update(content)
        .digest('base64')}`,
      ...(key === undefined ? [] : [`v1a,${sign(null, content, privateKeyOf(key)).toString('base64')}`]),
    ])
    .join(' ');
}
