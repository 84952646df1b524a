import type { Outgoing } from './send.js';

/** `POST /affairs/v1/files`, and what is particular about it. */
export interface Operation {
  method: string;
  path: string;
  /** Takes a form with a file. */
  form: boolean;
  /** Open to everybody: no token, and no key that would keep a POST from taking effect twice. */
  open: boolean;
}

/** As generated: `POST /affairs/v1/files`, with ` form` or ` open` behind it. */
export function operationOf(text: string): Operation {
  const [method = '', path = '', ...marks] = text.split(' ');
  return { method, path, form: marks.includes('form'), open: marks.includes('open') };
}

export type RawBody = string | Blob | Uint8Array | FormData;

export interface CallOptions {
  /** Of a POST or PATCH: the same key on another call is the same request. Each call has one of its own otherwise; null: none, and never sent again. */
  key?: string | null;
  /** Version that the caller saw (a number), or an ETag as it was received. */
  ifMatch?: number | string;
  /** Why confidential data is read; kept in the audit. */
  reason?: string;
  /** Which of the types that a file may be had as. */
  accept?: string;
  /** Type of a body that is text or bytes. */
  contentType?: string;
  signal?: AbortSignal;
}

export interface Call extends CallOptions {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  ifNoneMatch?: number | string;
}

/** JSON where there is a choice. */
const ACCEPT = 'application/json, */*;q=0.1';

export function requestOf(operation: Operation, call: Call, baseUrl: string, language: string | undefined): Outgoing {
  const { method, open } = operation;
  // The others have the effect of one, however often they are sent.
  const acts = method === 'POST' || method === 'PATCH';
  const key = acts && !open ? (call.key === undefined ? crypto.randomUUID() : call.key) : null;
  const { body, type } = bodyOf(operation, call);
  return {
    url: addressOf(operation, call, baseUrl),
    method,
    headers: {
      accept: call.accept ?? ACCEPT,
      ...(language !== undefined && { 'accept-language': language }),
      ...(type !== undefined && { 'content-type': type }),
      ...(key !== null && { 'idempotency-key': `"${key}"` }),
      ...(call.ifMatch !== undefined && { 'if-match': tagOf(call.ifMatch) }),
      ...(call.ifNoneMatch !== undefined && { 'if-none-match': tagOf(call.ifNoneMatch) }),
      ...(call.reason !== undefined && { 'access-reason': encodeURIComponent(call.reason) }),
    },
    ...(body !== undefined && { body }),
    repeatable: !acts || key !== null,
    ...(call.signal && { signal: call.signal }),
  };
}

/** Throws TypeError where a part of the path is missing or would be the address of something else. */
function addressOf({ path }: Operation, call: Call, baseUrl: string): URL {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = call.path?.[name];
    if (value === undefined || value === null || value === '') throw new TypeError(`path.${name} is missing`);
    const text = encodeURIComponent(String(value));
    if (text === '.' || text === '..') throw new TypeError(`path.${name} is no name: ${text}`); // URL would follow it upwards
    return text;
  });
  const url = new URL(baseUrl.replace(/\/+$/, '') + filled);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    for (const one of [value].flat()) if (one !== undefined && one !== null) url.searchParams.append(name, textOf(one));
  }
  return url;
}

function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value as string | number | boolean);
}

function tagOf(version: number | string): string {
  return typeof version === 'number' ? `"${version}"` : version;
}

function bodyOf({ form }: Operation, { body, contentType }: Call): { body?: Outgoing['body']; type?: string } {
  if (body === undefined) return {};
  if (body instanceof FormData) return { body }; // fetch says the boundary
  if (form) {
    const data = new FormData();
    for (const [name, value] of Object.entries(body as Record<string, Blob | string>)) data.append(name, value);
    return { body: data };
  }
  if (contentType !== undefined) return { body: body as RawBody, type: contentType };
  return { body: JSON.stringify(body), type: 'application/json' };
}
