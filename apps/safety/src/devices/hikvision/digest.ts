import { createHash, randomBytes } from 'node:crypto';

/** Strongest first. */
const ALGORITHMS = { 'SHA-256': 'sha256', MD5: 'md5' } as const;
type Algorithm = keyof typeof ALGORITHMS;

export interface Credentials {
  user: string;
  password: string;
}

export interface Asked {
  method: string;
  /** Path and query. */
  uri: string;
}

/**
 * `Authorization` for a request that was answered with these challenges (RFC 7616; MD5 for devices that know RFC 2617 alone). Undefined: none
 * of them is a digest that is known here; a password is never sent as it is.
 */
export function digestAuthorization(
  challenges: readonly string[],
  { method, uri }: Asked,
  { user, password }: Credentials,
  cnonce = randomBytes(16).toString('hex'),
): string | undefined {
  const offered = challenges.filter((text) => /^digest\s/i.test(text)).map(parametersOf);
  const algorithm = (Object.keys(ALGORITHMS) as Algorithm[]).find((one) =>
    offered.some((of) => algorithmOf(of) === one),
  );
  const challenge = offered.find((of) => algorithmOf(of) === algorithm);
  const { realm, nonce, opaque, qop } = challenge ?? {};
  if (!algorithm || realm === undefined || nonce === undefined) return undefined;
  const auth = qop?.split(',').some((one) => one.trim() === 'auth');
  if (qop !== undefined && !auth) return undefined;
  const hash = (...parts: string[]): string => createHash(ALGORITHMS[algorithm]).update(parts.join(':')).digest('hex');
  const count = '00000001';
  const [who, what] = [hash(user, realm, password), hash(method, uri)];
  const response = auth ? hash(who, nonce, count, cnonce, 'auth', what) : hash(who, nonce, what);
  const quoted = { username: user, realm, nonce, uri, response, ...(opaque !== undefined && { opaque }) };
  const said = Object.entries(quoted).map(([key, value]) => `${key}="${value.replace(/["\\]/g, '\\$&')}"`);
  if (challenge!['algorithm'] !== undefined) said.push(`algorithm=${algorithm}`);
  if (auth) said.push('qop=auth', `nc=${count}`, `cnonce="${cnonce}"`);
  return `Digest ${said.join(', ')}`;
}

/** The password was right, and only the nonce is too old (RFC 7616 §3.3). */
export function isStale(challenges: readonly string[]): boolean {
  return challenges.some((text) => /^digest\s/i.test(text) && parametersOf(text)['stale']?.toLowerCase() === 'true');
}

type Parameters = Partial<Record<string, string>>;

/** MD5 where it is not said. */
function algorithmOf({ algorithm = 'MD5' }: Parameters): string {
  return algorithm.toUpperCase();
}

function parametersOf(challenge: string): Parameters {
  const found = challenge.matchAll(/([a-z0-9-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi);
  return Object.fromEntries(
    [...found].map(([, key, quoted, token]) => [key!.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token]),
  ) as Parameters;
}
