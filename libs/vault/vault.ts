import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HOW = 'make one with: openssl rand -base64 32 > secret.key';

/** The one secret of the deployment, and what is made with it: keyed hashes and sealed values. */
export class Vault {
  private readonly keys = new Map<string, Buffer>();

  private constructor(private readonly root: Buffer) {}

  /** Reads the key from a file (32 bytes, base64). Throws when it is missing, of another size, or a placeholder. */
  static fromFile(path: string | undefined): Vault {
    if (!path) throw new Error(`SECRET_KEY_FILE is not set: name a file with a 32-byte base64 key; ${HOW}`);
    const text = readFileSync(path, 'utf8').trim();
    const key = Buffer.from(text, 'base64');
    const random = key.length === KEY_BYTES && new Set(key).size >= KEY_BYTES / 2;
    if (!random) throw new Error(`SECRET_KEY_FILE ${path} does not hold a random 32-byte base64 key; ${HOW}`);
    return new Vault(key);
  }

  /**
   * HMAC-SHA-256 as base64url. Enough for secrets that are random themselves (a slow hash would only let anybody keep the
   * token endpoint busy); without the key a stolen dump cannot even be tested against.
   */
  digest(purpose: string, text: string): string {
    return createHmac('sha256', this.key(`digest ${purpose}`))
      .update(text)
      .digest('base64url');
  }

  /** AES-256-GCM: nonce, tag, ciphertext. `place` (table and key of the row) is bound to it, so rows cannot be swapped. */
  seal(place: string, text: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key('seal'), nonce).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** Throws when the value was changed, moved, or sealed with another key. */
  open(place: string, sealed: Buffer): string {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.key('seal'), nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString(
      'utf8',
    );
  }

  private key(purpose: string): Buffer {
    const known = this.keys.get(purpose);
    if (known) return known;
    const key = Buffer.from(hkdfSync('sha256', this.root, '', `yizhan ${purpose}`, KEY_BYTES));
    this.keys.set(purpose, key);
    return key;
  }
}
