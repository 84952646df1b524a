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

const TOLERANCE_SECONDS = 300;

/**
 * Answers the message when one of the signatures is that of one of the secrets (`whsec_…`), and throws NotFromYizhan otherwise, or when it was
 * signed more than five minutes ago. `body` is the text as it was received: parsed and written anew it has another signature.
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
  const signatures = header('webhook-signature')
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => bytesOf(one.slice('v1,'.length)));
  for (const secret of [secrets].flat()) {
    const key = await crypto.subtle.importKey(
      'raw',
      bytesOf(secret.replace(/^whsec_/, '')),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['verify'],
    );
    // verify takes the same time whatever differs.
    for (const one of signatures)
      if (await crypto.subtle.verify('HMAC', key, one, text)) return JSON.parse(body) as WebhookMessage;
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
