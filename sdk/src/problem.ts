/** One thing that is wrong with a request: `#/reason` in its body, `?limit` in its query, or the name of a header. */
export interface Fault {
  pointer: string;
  detail: string;
  code?: string;
  line?: number;
}

/** An answer that says no: RFC 9457 problem details, as an error. */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** Stable: `http/invalid`, `affairs/leave-not-possible`; all of them are at /docs/problems. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** What is wrong, part by part. */
  readonly errors: readonly Fault[];
  /** For whoever runs the server: finds the request in its logs. */
  readonly traceId: string | undefined;
  /** 403: the permission that is missing. */
  readonly permission: string | undefined;
  /** 404: what was not found. */
  readonly what: string | undefined;

  constructor(
    readonly status: number,
    /** Everything that the answer says; problems have fields of their own. */
    readonly body: Readonly<Record<string, unknown>>,
    /** Seconds, from the header Retry-After. */
    readonly retryAfter: number | undefined,
    /**
     * How often the request was sent. After more than one, a 412 of a PUT or a 404 of a DELETE may be due to one before, whose answer
     * was lost: read what is there.
     */
    readonly attempts: number,
  ) {
    const text = (name: string): string | undefined => (typeof body[name] === 'string' ? body[name] : undefined);
    const detail = text('detail') ?? text('error_description') ?? text('title') ?? `status ${status}`;
    const code = text('code') ?? text('error') ?? `http/${status}`;
    super(`${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
    this.title = text('title') ?? detail;
    this.errors = Array.isArray(body['errors']) ? (body['errors'] as Fault[]) : [];
    this.traceId = text('traceId');
    this.permission = text('permission');
    this.what = text('what');
  }
}

/** Nobody answered: whether the request took effect is unknown. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(
    override readonly cause: unknown,
    readonly attempts: number,
  ) {
    super(`no answer after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}: ${reasonOf(cause)}`);
  }
}

/** `fetch failed` hides what failed in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

export async function problemOf(response: Response, attempts: number): Promise<Problem> {
  const text = await response.text().catch(() => '');
  return new Problem(response.status, objectOf(text), retryAfterOf(response.headers), attempts);
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // A proxy's page.
  }
}

/** Retry-After in seconds, whether it was said in seconds or as a date (RFC 9110 §10.2.3). */
export function retryAfterOf(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  if (Number.isNaN(at)) return undefined;
  // The server's own clock, where it says what time it is.
  const now = Date.parse(headers.get('date') ?? '');
  return Math.max(0, Math.ceil((at - (Number.isNaN(now) ? Date.now() : now)) / 1000));
}
