import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { getToken } from '../token.js';

/** A token lives ten minutes; a new one is fetched well before. */
const TOKEN_MINUTES = 8;
const BUSY = new Set([409, 429, 503]);
const TRIES = 20;
const POLL_MS = 200;
const POLLS_TO_DEAD = 25;
const PAGE = 200;

export type Json = Record<string, unknown>;

/** What a 202 points to. */
export interface Job extends Json {
  id: string;
  status: string;
  progress: { done: number; total: number; failed: number };
  result: Record<string, number> | null;
  errors: string | null;
}

/** Told how far a long step is: so many of so many (0 = not known), of what. */
export type Progress = (done: number, total: number, what: string) => void;

/** The public API as one caller sees it: the demo app by itself, or acting for a persona. */
export class Api {
  private token: { value: string; until: number } | undefined;

  constructor(
    private readonly origin: string,
    private readonly as: string,
  ) {}

  get<T = Json>(path: string): Promise<T> {
    return this.send<T>('GET', path);
  }

  /** `key`: Idempotency-Key, so that a bring-in that was cut short can be repeated. */
  post<T = Json>(
    path: string,
    body: object | string = {},
    options: { key?: string; version?: number } = {},
  ): Promise<T> {
    return this.send<T>('POST', path, json(body), headersOf(options));
  }

  put<T = Json>(path: string, body: object, version: number): Promise<T> {
    return this.send<T>('PUT', path, json(body), headersOf({ version }));
  }

  /** A file as a form would hand it in. */
  async upload(path: string, file: string): Promise<Job> {
    return this.handIn<Job>(path, basename(file), await readFile(file));
  }

  /** The same for a content that is at hand. */
  handIn<T = Json>(path: string, name: string, content: Uint8Array<ArrayBuffer>, key?: string): Promise<T> {
    const form = new FormData();
    form.set('file', new Blob([content]), name);
    return this.send<T>('POST', path, { form }, headersOf(key === undefined ? {} : { key }));
  }

  /** All rows of a list. */
  async all<T = Json>(path: string): Promise<T[]> {
    const rows: T[] = [];
    let cursor: string | null = null;
    do {
      const mark: string = path.includes('?') ? '&' : '?';
      const after: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
      const page: { data: T[]; nextCursor: string | null } = await this.get(`${path}${mark}limit=${PAGE}${after}`);
      rows.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor);
    return rows;
  }

  /** Waits for a job to end; throws with its first errors when it failed. */
  async finish(service: string, job: Job, what: string, progress: Progress): Promise<Record<string, number>> {
    let now = job;
    for (let polls = 1; now.status !== 'succeeded' && now.status !== 'failed'; polls++) {
      await wait(POLL_MS);
      now = await this.get<Job>(`/${service}/v1/jobs/${job.id}`);
      progress(now.progress.done, now.progress.total, what);
      if (polls % POLLS_TO_DEAD === 0) await this.assertAlive(service);
    }
    if (now.status === 'failed') {
      const errors = now.errors ? await this.text(now.errors) : '';
      throw new Error(`${what}: the job failed.\n${errors.split('\n').slice(0, 6).join('\n')}`);
    }
    return now.result ?? {};
  }

  /** Throws when an event for the service was given up after all its tries: nothing more will come of waiting. */
  async assertAlive(service: string): Promise<void> {
    const path = `/${service}/v1/deliveries?dead=true`;
    const { data } = await this.get<{ data: unknown[] }>(`${path}&limit=1`);
    if (data.length > 0) throw new Error(`An event for ${service} could not be handled; see the log, and GET ${path}`);
  }

  private async text(path: string): Promise<string> {
    const response = await fetch(new URL(path, this.origin), {
      headers: { authorization: `Bearer ${await this.bearer()}` },
    });
    return response.text();
  }

  private async send<T>(
    method: string,
    path: string,
    body: Body = {},
    headers: Record<string, string> = {},
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(new URL(path, this.origin), {
        method,
        headers: {
          authorization: `Bearer ${await this.bearer()}`,
          'accept-language': 'en',
          // A connection that is kept would keep a server that shuts down waiting.
          connection: 'close',
          ...(body.text !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body.text !== undefined && { body: body.text }),
        ...(body.form && { body: body.form }),
      });
      if (response.ok) return (await response.json()) as T;
      const after = Number(response.headers.get('retry-after'));
      if (!BUSY.has(response.status) || !after || attempt >= TRIES) throw await ApiError.of(method, path, response);
      await response.body?.cancel();
      await wait(after * 1000);
    }
  }

  private async bearer(): Promise<string> {
    if (!this.token || this.token.until < Date.now()) {
      const value = await getToken({ url: this.origin, as: this.as });
      this.token = { value, until: Date.now() + TOKEN_MINUTES * 60_000 };
    }
    return this.token.value;
  }
}

interface Body {
  text?: string;
  form?: FormData;
}

function json(body: object | string): Body {
  return { text: typeof body === 'string' ? body : JSON.stringify(body) };
}

function headersOf({ key, version }: { key?: string; version?: number }): Record<string, string> {
  return {
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(version !== undefined && { 'if-match': `"${version}"` }),
  };
}

/** An answer that is a problem (RFC 9457). */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
  ) {
    super(message);
  }

  static async of(method: string, path: string, response: Response): Promise<ApiError> {
    const problem = (await response.json().catch(() => ({}))) as Json;
    const text = String(problem['detail'] ?? problem['title'] ?? 'no answer');
    const errors = problem['errors'] ? ` ${JSON.stringify(problem['errors']).slice(0, 500)}` : '';
    return new ApiError(
      `${method} ${path}: ${response.status} ${text}${errors}`,
      response.status,
      String(problem['code'] ?? ''),
    );
  }
}
