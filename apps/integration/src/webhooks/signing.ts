import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
/** How long the old secret signs beside a new one. */
export const OVERLAP_MS = 24 * 3_600_000;

/** A secret of a webhook, and until when (ISO 8601) it signs; none: it is the newest. */
export interface Secret {
  secret: string;
  until?: string;
}

/** 32 random bytes, as Standard Webhooks 1.0.0 writes them. */
export function newSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

/** The secrets once `fresh` signs too: of those before only the newest goes on, for a day. */
export function rotated(secrets: readonly Secret[], fresh: string, now: Date): Secret[] {
  const before = secrets.find(({ until }) => until === undefined)!;
  return [{ secret: fresh }, { ...before, until: new Date(now.getTime() + OVERLAP_MS).toISOString() }];
}

/** Those that sign now. */
export function signing(secrets: readonly Secret[], now: Date): string[] {
  return secrets.filter(({ until }) => until === undefined || new Date(until) > now).map(({ secret }) => secret);
}

/** `webhook-signature` of a message (Standard Webhooks 1.0.0): one `v1,<base64 HMAC-SHA256>` for each secret. */
export function signature(secrets: readonly string[], id: string, timestamp: number, body: string): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}
