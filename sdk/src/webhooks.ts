/** What a webhook is told of (Standard Webhooks 1.0.0): ids and no personal data. */
export interface WebhookMessage {
  /** `affairs.leave-approved.v1` */
  type: string;
  /** When it happened. */
  timestamp: string;
  data: Record<string, unknown>;
}

export class NotFromYizhan extends Error {
  override readonly name = 'NotFromYizhan';
}

const PUBLIC = 'whpk_';
const TOLERANCE_SECONDS = 300;

/**
 * Answers the message when one of the signatures is that of one of the secrets (`whsec_…`) or public keys (`whpk_…`), and throws NotFromYizhan
 * otherwise, or when it was signed more than five minutes ago. `body` is the text as it was received: parsed and written anew it has another signature.
 */
export async function verifyWebhook(
  body: string,
  headers: Headers | Record<string, string | string[] | undefined>,
  secrets: string | readonly string[],
  now = new Date(),
): Promise<WebhookMessage> {
  const header = (name: string): string => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    if (typeof value !== 'string') throw new NotFromYizhan(`the header ${name} is missing`);
    return value;
  };
  const [id, timestamp] = [header('webhook-id'), header('webhook-timestamp')];
  const age = now.getTime() / 1000 - Number(timestamp);
  if (!/^\d+$/.test(timestamp) || Math.abs(age) > TOLERANCE_SECONDS)
    throw new NotFromYizhan('the timestamp is not of now');
  const text = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = header('webhook-signature').split(' ');
  for (const secret of [secrets].flat()) {
    const [kind, algorithm] = secret.startsWith(PUBLIC)
      ? (['v1a,', { name: 'Ed25519' }] as const)
      : (['v1,', { name: 'HMAC', hash: 'SHA-256' }] as const);
    const key = await crypto.subtle.importKey('raw', bytesOf(secret.replace(/^wh(sec|pk)_/, '')), algorithm, false, [
      'verify',
    ]);
    // verify takes the same time whatever differs.
    for (const one of signatures)
      if (one.startsWith(kind) && (await crypto.subtle.verify(algorithm, key, bytesOf(one.slice(kind.length)), text)))
        return JSON.parse(body) as WebhookMessage;
  }
  throw new NotFromYizhan('no signature is of a known secret');
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
