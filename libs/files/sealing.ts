import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const TAG_BYTES = 16;
/** A key seals one content, once. */
const NONCE = Buffer.alloc(12);

/**
 * Contents are sealed (AES-256-GCM), each with a key of its own that lies, sealed by the vault, in the file's row. So a bucket, a backup
 * of the folder or a disk that is thrown away tells nothing, and a content whose row is gone is gone wherever copies of it are.
 */
export interface SealedFile {
  /** The key and the tag that proves the content. */
  secret: Buffer;
  /** Of the content; what is stored has as many. */
  bytes: number;
  /** Of the content, hex. */
  sha256: string;
}

/** Writes the content of `from`, sealed with a new key, to `to`. */
export async function sealFile(from: string, to: string): Promise<SealedFile> {
  const key = randomBytes(KEY_BYTES);
  const cipher = createCipheriv(CIPHER, key, NONCE);
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(createReadStream(from), measure, cipher, createWriteStream(to, { mode: 0o600 }));
  return { secret: Buffer.concat([key, cipher.getAuthTag()]), bytes, sha256: hash.digest('hex') };
}

/** The content of what was stored. A content that was changed never arrives whole: its last part comes only once all of it is proven. */
export function openSealed(stored: Readable, secret: Buffer): Readable {
  const decipher = createDecipheriv(CIPHER, secret.subarray(0, KEY_BYTES), NONCE, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(secret.subarray(KEY_BYTES));
  async function* contents(): AsyncGenerator<Buffer> {
    let last: Buffer | undefined;
    for await (const chunk of stored) {
      if (last?.length) yield last;
      last = decipher.update(chunk as Buffer);
    }
    decipher.final();
    if (last?.length) yield last;
  }
  return Readable.from(contents());
}
