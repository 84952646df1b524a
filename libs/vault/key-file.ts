import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';

export const KEY_BYTES = 32;
export const ID_BYTES = 6;
const HOW = 'make one with: openssl rand -base64 32 > secret.key';
const DIGEST_LINE = /^digest\s+(\S+)$/;

/** One root key of the deployment. */
export interface RootKey {
  /** Derived from the key, and says nothing of it: 12 hex digits. */
  id: string;
  /** What values are sealed with. */
  sealing: Buffer;
  /** What values were sealed with before they carried the id of their key. */
  earlier: Buffer;
  /** The secret that `digest` comes from as long as the file names no other. */
  digest: Buffer;
  /** As the file has it. */
  line: string;
}

export interface KeyFile {
  /** Newest first; the first one seals. */
  keys: [RootKey, ...RootKey[]];
  /** Outlives its key: hashes cannot be made anew without what they are of. */
  digest: Buffer;
}

/**
 * Reads SECRET_KEY_FILE: a key a line (32 random bytes, base64), the newest first, and after the first rotation a line `digest <base64>`
 * with what keyed hashes come from; without it they come from the last key. Lines that begin with # are passed over.
 */
export function readKeyFile(path: string | undefined): KeyFile {
  if (!path) throw new Error(`SECRET_KEY_FILE is not set: name a file with a 32-byte base64 key; ${HOW}`);
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const refuse = (): never => {
    throw new Error(`SECRET_KEY_FILE ${path} does not hold a random 32-byte base64 key a line; ${HOW}`);
  };
  const digests = lines.filter((line) => DIGEST_LINE.test(line));
  const keys = lines.filter((line) => !DIGEST_LINE.test(line)).map((line) => rootKey(line) ?? refuse());
  const last = keys.at(-1) ?? refuse();
  if (new Set(keys.map(({ id }) => id)).size < keys.length || digests.length > 1) refuse();
  const given = DIGEST_LINE.exec(digests[0] ?? '')?.[1];
  const digest = given === undefined ? last.digest : (random(given) ?? refuse());
  return { keys: keys as KeyFile['keys'], digest };
}

/** Puts a new key before those of the file. Returns its id. */
export function addKey(path: string | undefined): string {
  const { keys, digest } = readKeyFile(path);
  const line = randomBytes(KEY_BYTES).toString('base64');
  write(path as string, [line, ...keys.map((key) => key.line)], digest);
  return readKeyFile(path).keys[0].id;
}

/** Takes all keys but the newest out of the file. */
export function dropOlderKeys(path: string | undefined): void {
  const { keys, digest } = readKeyFile(path);
  write(path as string, [keys[0].line], digest);
}

/** In one piece: a process that starts meanwhile reads the one file or the other. */
function write(path: string, lines: readonly string[], digest: Buffer): void {
  const draft = `${path}.new`;
  writeFileSync(draft, `${[...lines, `digest ${digest.toString('base64')}`].join('\n')}\n`, {
    mode: statSync(path).mode,
  });
  renameSync(draft, path);
}

/** RFC 5869 §2.3, a single block. */
export function expand(secret: Buffer, info: string): Buffer {
  return createHmac('sha256', secret).update(info).update('\x01').digest();
}

function rootKey(line: string): RootKey | undefined {
  const root = random(line);
  if (!root) return undefined;
  const derive = (salt: string, info: string, bytes = KEY_BYTES): Buffer =>
    Buffer.from(hkdfSync('sha256', root, salt, `yizhan ${info}`, bytes));
  return {
    id: derive('2', 'key id', ID_BYTES).toString('hex'),
    sealing: derive('2', 'seal'),
    earlier: derive('', 'seal'),
    // RFC 5869 §2.2 without salt. It does not give the key, and opens of what the key sealed only what carries no id.
    digest: createHmac('sha256', Buffer.alloc(KEY_BYTES)).update(root).digest(),
    line,
  };
}

function random(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES && new Set(bytes).size >= KEY_BYTES / 2 ? bytes : undefined;
}
