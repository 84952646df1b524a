import { request } from '../../outside/request.js';
import type { Targets } from '../../outside/targets.js';

const MOST_BYTES = 256 * 1024;
const MILLISECONDS = 10_000;

/** A channel answered something that is not what it documents. */
export class NoAnswer extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** Asks the API of a channel and answers its JSON. Goes nowhere webhooks may not. */
export async function ask<T>(targets: Targets, url: URL, said?: object): Promise<T> {
  const asked = said && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(said) };
  const options = { ...asked, ...targets.connection(url), signal: AbortSignal.timeout(MILLISECONDS) };
  const { status, body } = await request(url, options, MOST_BYTES);
  if (!body) throw new NoAnswer('TOO_LONG');
  if (status !== 200) throw new NoAnswer(`HTTP_${status}`);
  try {
    return JSON.parse(body.toString('utf8')) as T;
  } catch {
    throw new NoAnswer('NOT_JSON');
  }
}
