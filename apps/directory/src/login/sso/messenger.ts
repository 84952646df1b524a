import { readFileSync } from 'node:fs';
import { because, MessengerUnavailable } from '../login.problems.js';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 65_536;
const RETRY_SECONDS = 30;
/** Taken anew before it ends. */
const EARLY_MS = 300_000;

/** Asks an API of 企业微信 or 钉钉, which say no in JSON, by any status. Throws MessengerUnavailable for whatever else is answered. */
export async function ask<T extends object>(
  url: URL,
  { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
): Promise<T & { ok: boolean }> {
  try {
    const response = await fetch(url, {
      ...{ redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) },
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status >= 500 || text.length > MAX_BYTES) throw new Error(`answered ${response.status}`);
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null) throw new Error('answered no object');
    return { ...(answer as T), ok: response.ok };
  } catch (error) {
    throw unavailable(`${url.host}${url.pathname}: ${(error as Error).name}`);
  }
}

/** The secret of the app. Throws at boot when there is none in the file. */
export function secretOf(setting: string, file: string): string {
  const secret = readFileSync(file, 'utf8').trim();
  if (!secret) throw new Error(`${setting} is empty: it should hold the secret of the app`);
  return secret;
}

/** Why stands in the log: never an address with its query, in which codes and secrets are. */
export function unavailable(why: string): Error {
  return because(new MessengerUnavailable({ retryAfter: RETRY_SECONDS }), new Error(why));
}

interface Kept {
  value: Promise<string>;
  until: number;
}

/** A token of the app: asked for once for all who need it, and again before it ends, or once it was refused. */
export class AppToken {
  private current: Kept | undefined;

  /** `get` answers the token and the seconds it is good for. */
  constructor(private readonly get: () => Promise<{ value: string; seconds: number }>) {}

  private now(): Kept {
    if (this.current && performance.now() < this.current.until) return this.current;
    const asked = this.get();
    const fresh = { value: asked.then(({ value }) => value), until: Infinity };
    this.current = fresh;
    asked.then(
      ({ seconds }) => (fresh.until = performance.now() + seconds * 1_000 - EARLY_MS),
      () => this.forget(fresh),
    );
    return fresh;
  }

  /** Asks with the token, and once more with a new one where it has ended (40001, 40014, 42001). */
  async with<T extends { errcode?: number }>(use: (token: string) => Promise<T>): Promise<T> {
    const used = this.now();
    const answer = await use(await used.value);
    if (!ENDED.has(answer.errcode ?? 0)) return answer;
    this.forget(used);
    return use(await this.now().value);
  }

  private forget(token: Kept): void {
    if (this.current === token) this.current = undefined;
  }
}

const ENDED = new Set([40001, 40014, 42001]);
