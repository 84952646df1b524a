// Sign-in: authorization code with PKCE, as any app in a browser does it. Tokens are kept for this tab alone.
import { lang } from './page.js';

const TOKENS = 'work-page.tokens';
const BEGUN = 'work-page.begun';
const OAUTH = '/directory/oauth';

let settings;
let refreshing;
const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const tokens = () => JSON.parse(sessionStorage.getItem(TOKENS) ?? 'null');

/** Takes the answer to a sign-in out of the address. True when somebody is signed in. */
export async function openSession(given) {
  settings = given;
  const query = new URLSearchParams(location.search);
  const begun = JSON.parse(sessionStorage.getItem(BEGUN) ?? 'null');
  if (!query.has('state')) return tokens() !== null;
  sessionStorage.removeItem(BEGUN);
  history.replaceState(null, '', `/?lang=${begun?.lang ?? lang}${begun?.hash ?? ''}`);
  if (begun && query.get('state') === begun.state && query.has('code'))
    await redeem({
      grant_type: 'authorization_code',
      code: query.get('code'),
      code_verifier: begun.verifier,
      redirect_uri: `${settings.origin}/`,
    });
  // The page is made in the language that was asked for.
  if (begun && begun.lang !== lang) location.reload();
  return tokens() !== null;
}

/** `another`: as somebody else than who is signed in at the school. */
export async function signIn(another = false) {
  sessionStorage.removeItem(TOKENS);
  const [verifier, state] = [random(), random()];
  const hash = another ? '' : location.hash;
  sessionStorage.setItem(BEGUN, JSON.stringify({ verifier, state, lang, hash }));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  location.assign(
    `${OAUTH}/auth?${new URLSearchParams({
      ...{ response_type: 'code', client_id: settings.client, redirect_uri: `${settings.origin}/` },
      ...{ scope: ['openid', ...settings.scopes].join(' '), state },
      ...{ code_challenge: base64url(new Uint8Array(digest)), code_challenge_method: 'S256' },
      ...(another && { prompt: 'login' }),
    })}`,
  );
}

export async function signOut() {
  const { refresh_token: token } = tokens() ?? {};
  sessionStorage.clear();
  if (token) await post('/token/revocation', { token, client_id: settings.client }).catch(() => undefined);
  const back = settings.demo ? { post_logout_redirect_uri: `${settings.origin}/` } : {};
  location.assign(`${OAUTH}/session/end?${new URLSearchParams({ client_id: settings.client, ...back })}`);
}

/** A token that is good now; undefined: one has to sign in again. */
export async function accessToken() {
  const kept = tokens();
  if (!kept) return undefined;
  if (kept.until > Date.now() + 15_000) return kept.access_token;
  refreshing ??= redeem({ grant_type: 'refresh_token', refresh_token: kept.refresh_token }).finally(
    () => (refreshing = undefined),
  );
  await refreshing;
  return tokens()?.access_token;
}

/** The person's id, as the token names it. */
export const me = () => JSON.parse(atob(tokens().access_token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).sub;

function post(path, fields) {
  return fetch(OAUTH + path, { method: 'POST', body: new URLSearchParams(fields) });
}

async function redeem(fields) {
  const response = await post('/token', { ...fields, client_id: settings.client });
  if (!response.ok) return sessionStorage.removeItem(TOKENS);
  const { access_token, refresh_token, expires_in } = await response.json();
  const until = Date.now() + expires_in * 1000;
  sessionStorage.setItem(TOKENS, JSON.stringify({ access_token, refresh_token, until }));
}
