// Requests to the API, and its problems (RFC 9457).
import { lang } from './page.js';
import { accessToken, signIn } from './session.js';
import { say } from './words.js';

/** `errors`: `{ pointer, detail }` of parts of what was sent. */
export class ApiProblem extends Error {
  constructor({ status, code, detail, title, errors = [] }) {
    super(detail ?? title);
    Object.assign(this, { status, code, errors });
  }
}

/** Keys of requests whose answer was lost: the same again is sent under the same key. */
const unanswered = new Map();

/** JSON of an answer. `version`: of what is changed, for If-Match. */
export async function api(method, path, { body, version } = {}) {
  const response = await send(method, path, { body, version });
  return response.status === 204 ? undefined : response.json();
}
export const get = (path) => api('GET', path);

async function send(method, path, { body, version } = {}) {
  const token = await accessToken();
  if (!token) {
    await signIn();
    return new Promise(() => undefined);
  }
  const content = body instanceof FormData || body === undefined ? body : JSON.stringify(body);
  const name = `${method} ${path} ${typeof content === 'string' ? content : ''}`;
  const headers = { Authorization: `Bearer ${token}`, 'Accept-Language': lang };
  if (typeof content === 'string') headers['Content-Type'] = 'application/json';
  if (version !== undefined) headers['If-Match'] = `"${version}"`;
  if (method === 'POST') {
    if (!unanswered.has(name)) unanswered.set(name, crypto.randomUUID());
    headers['Idempotency-Key'] = unanswered.get(name);
  }
  const response = await fetch(path, { method, headers, body: content, cache: 'no-store' }).catch(() => {
    throw new ApiProblem({ status: 0, detail: say('offline') });
  });
  if (response.status < 500) unanswered.delete(name);
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ title: `HTTP ${response.status}` }));
  throw new ApiProblem({ ...problem, status: response.status });
}

/** Whether the person may, through this app. */
const known = new Map();
export function can(action) {
  if (!known.has(action))
    known.set(
      action,
      get(`/directory/v1/me/can?action=${action}`).then(({ allowed }) => allowed),
    );
  return known.get(action);
}

/** Hands a file in, to be attached to something. */
export function upload(purpose, file) {
  const body = new FormData();
  body.append('file', file);
  return api('POST', `/affairs/v1/files?purpose=${purpose}`, { body });
}

/** Has the browser keep a file. */
export async function download({ id, name }) {
  const url = URL.createObjectURL(await (await send('GET', `/affairs/v1/files/${id}/content`)).blob());
  const link = document.createElement('a');
  Object.assign(link, { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
