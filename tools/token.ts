import 'reflect-metadata';
import { createHash, randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PERMISSIONS } from '#contracts';
import { DEMO_CLIENT } from '../apps/directory/src/login/demo-client.js';
import { runningUrl } from './local/running.js';

const USAGE = `Prints an access token of a running Yizhan, good for ten minutes.

  npm run --silent token -- --as <persona>   a demo person, through the login page (authorization code with PKCE)
  npm run --silent token -- --as app         the demo app by itself (client credentials)

  --client <id>    another client than ${DEMO_CLIENT.clientId}, with --as app; its secret in the environment: CLIENT_SECRET
  --scope <scope>  permissions, separated by spaces; default: all
  --url <url>      where Yizhan is; default: BASE_URL, else 127.0.0.1:PORT, else what \`npm start\` or a sandbox of this folder runs,
                   else http://127.0.0.1:3000`;

const MAX_HOPS = 10;

export interface TokenRequest {
  url: string;
  /** `app`, or the name of a demo persona. */
  as: string;
  clientId?: string;
  clientSecret?: string;
  scope?: string;
}

/** Gets a token as any app would. Throws an Error that says what to do. */
export async function getToken(request: TokenRequest): Promise<string> {
  const { url, as, clientId = DEMO_CLIENT.clientId, clientSecret = DEMO_CLIENT.secret } = request;
  const scope = request.scope ?? Object.keys(PERMISSIONS).join(' ');
  const server = await metadataOf(url);
  const redeem = (fields: Record<string, string>): Promise<string> =>
    redeemFor(server.token_endpoint, clientId, clientSecret, fields);
  if (as === 'app') return redeem({ grant_type: 'client_credentials', scope });

  const verifier = randomBytes(32).toString('base64url');
  const begin = new URL(server.authorization_endpoint);
  begin.search = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: DEMO_CLIENT.redirectUri,
    scope,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const code = await signIn(begin, as);
  return redeem({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: DEMO_CLIENT.redirectUri,
  });
}

interface Metadata {
  authorization_endpoint: string;
  token_endpoint: string;
}

async function metadataOf(url: string): Promise<Metadata> {
  const response = await fetch(new URL('/.well-known/oauth-authorization-server/directory/oauth', url)).catch(
    () => undefined,
  );
  if (!response?.ok)
    throw new Error(`There is no Yizhan at ${url}: start it with \`npm start\`, or give its address with --url.`);
  return (await response.json()) as Metadata;
}

async function redeemFor(
  endpoint: string,
  clientId: string,
  secret: string,
  fields: Record<string, string>,
): Promise<string> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${encodeURIComponent(secret)}`).toString('base64')}` },
    body: new URLSearchParams(fields),
  });
  const body = (await response.json()) as { access_token?: string; error?: string; error_description?: string };
  if (!body.access_token)
    throw new Error(
      `${new URL(endpoint).origin} gives no token to client ${clientId}: ${body.error} (${body.error_description}).`,
    );
  return body.access_token;
}

/** Walks through the login like a browser and answers the code. */
async function signIn(begin: URL, persona: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = begin;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    if (url.href.startsWith(DEMO_CLIENT.redirectUri)) return codeOf(url);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie, 'accept-language': 'en' } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    const location = response.headers.get('location');
    // The page that leads nowhere by itself is the list of personas: choosing one is a link under it.
    if (location) url = new URL(location, url);
    else if (response.ok) url = new URL(`${url.pathname}/as/${encodeURIComponent(persona)}`, url);
    else throw new Error(await problemOf(response));
  }
  throw new Error('The login goes round in circles.');
}

function codeOf(url: URL): string {
  const code = url.searchParams.get('code');
  if (code) return code;
  throw new Error(
    `The login was refused: ${url.searchParams.get('error')} (${url.searchParams.get('error_description')}).`,
  );
}

async function problemOf(response: Response): Promise<string> {
  const problem = (await response.json().catch(() => ({}))) as Record<string, string | undefined>;
  const text = problem['detail'] ?? problem['error_description'] ?? problem['title'] ?? `status ${response.status}`;
  return `${new URL(response.url).origin} refused the login: ${text}`;
}

async function main(): Promise<void> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { as: option, client: option, scope: option, url: option, help: { type: 'boolean' } },
  });
  if (values.help || !values.as) {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const { BASE_URL, PORT, CLIENT_SECRET } = process.env;
  if (values.client && (values.as !== 'app' || !CLIENT_SECRET))
    throw new Error('--client goes with --as app and CLIENT_SECRET.');
  const token = await getToken({
    url: values.url ?? BASE_URL ?? (PORT ? `http://127.0.0.1:${PORT}` : await localUrl()),
    as: values.as,
    ...(values.client && { clientId: values.client }),
    ...(values.client && CLIENT_SECRET && { clientSecret: CLIENT_SECRET }),
    ...(values.scope && { scope: values.scope }),
  });
  process.stdout.write(`${token}\n`);
}

async function localUrl(): Promise<string> {
  const running = (await runningUrl(resolve('.local'))) ?? (await runningUrl(resolve('.local/sandbox')));
  return running ?? 'http://127.0.0.1:3000';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
