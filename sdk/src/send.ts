import { NoAnswer, type Problem, problemOf } from './problem.js';

export interface Outgoing {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body?: string | Blob | Uint8Array | FormData | URLSearchParams;
  /** Whether sending it twice has the effect of sending it once. */
  repeatable: boolean;
  signal?: AbortSignal;
}

export interface SendOptions {
  /** How often a request is sent at most; 4 by default, 1 for never again. */
  attempts?: number;
  /** Seconds that an answer may take; 30 by default. */
  timeout?: number;
  /** Seconds that a Retry-After is waited for; a longer one is thrown at once. 60 by default. */
  maxWait?: number;
  /** Another fetch, such as one that goes through a proxy. */
  fetch?: typeof fetch;
  /** Another way of waiting, for tests. */
  wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Where access tokens come from. */
export interface Tokens {
  get(): Promise<string>;
  /** A token was refused; answers whether another can be had. */
  forget(token: string): boolean;
}

/** An answer, and its text where it is JSON. */
export interface Answer {
  response: Response;
  json: string | undefined;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
const TRY_AGAIN = [429, 502, 503, 504];

/**
 * Sends a request until it is answered: again after 429, 502, 503 and 504, after a 409 that says when to come back (the first one with the
 * same Idempotency-Key is still at work), and when there was no answer; never what is not repeatable. Waits as long as Retry-After says,
 * else half a second, one, two … by chance up to twice as long. Throws Problem, NoAnswer, or what `signal` was aborted with.
 */
export async function send(request: Outgoing, options: SendOptions, tokens?: Tokens): Promise<Answer> {
  const { attempts = 4, maxWait = 60, wait = pause } = options;
  const most = request.repeatable ? attempts : 1;
  let renewed = false;
  for (let attempt = 1; ; attempt++) {
    const token = await tokens?.get();
    const answer = await sendOnce(request, options, token).catch((error: unknown) => {
      if (request.signal?.aborted || attempt >= most)
        throw request.signal?.aborted ? error : new NoAnswer(error, attempt);
      return undefined;
    });
    if (!answer) {
      await wait(backoff(attempt), request.signal);
      continue;
    }
    const { response } = answer;
    if (response.ok || response.status === 304) return answer;
    const problem = await problemOf(response, attempt);
    // Refused before anything was done: a new token may be had for any request, once.
    if (problem.status === 401 && token !== undefined && !renewed && tokens?.forget(token)) {
      renewed = true;
      attempt--;
      continue;
    }
    if (attempt >= most || !worthAnother(problem) || (problem.retryAfter ?? 0) > maxWait) throw problem;
    await wait(problem.retryAfter === undefined ? backoff(attempt) : problem.retryAfter * 1000, request.signal);
  }
}

/** Throws when there is no whole answer: what is JSON has been read. */
async function sendOnce(request: Outgoing, options: SendOptions, token: string | undefined): Promise<Answer> {
  const { timeout = 30, fetch: fetching = fetch } = options;
  const { url, method, headers, body, signal } = request;
  const stop = new AbortController();
  const timer = setTimeout(
    () => stop.abort(new DOMException(`no answer in ${timeout} s`, 'TimeoutError')),
    timeout * 1000,
  );
  try {
    const response = await fetching(url, {
      method,
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body: body as BodyInit }),
      signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
    });
    const json = response.ok && isJson(response) ? await response.text() : undefined;
    return { response, json };
  } finally {
    clearTimeout(timer);
  }
}

type BodyInit = NonNullable<RequestInit['body']>;

function isJson(response: Response): boolean {
  return /^application\/json\b/.test(response.headers.get('content-type') ?? '');
}

function worthAnother({ status, retryAfter }: Problem): boolean {
  return TRY_AGAIN.includes(status) || (status === 409 && retryAfter !== undefined);
}

/** Milliseconds before the next attempt; many clients do not come back at the same time. */
function backoff(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)) * (1 + Math.random());
}

/** Throws what `signal` is aborted with. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    if (signal?.aborted) return fail(signal.reason as Error);
    const end = (): void => {
      clearTimeout(timer);
      fail(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      done();
    }, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
