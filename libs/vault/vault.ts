import { createHmac } from 'node:crypto';
import { decrypt, encrypt, ROOT_HEADER } from './cipher.js';
import { expand, ID_BYTES, type KeyFile, readKeyFile, type RootKey } from './key-file.js';

const HEADER_BYTES = ROOT_HEADER.length + ID_BYTES;

/** A value was sealed with a root key that SECRET_KEY_FILE does not have. Names the key's id, never a key. */
export class RootKeyMissing extends Error {
  constructor(readonly keyId: string) {
    super(`SECRET_KEY_FILE does not have the key ${keyId}, which a value was sealed with: put its line back`);
  }
}

/** The root keys of the deployment, and what is made with them: keyed hashes and sealed values. */
export class Vault {
  private readonly purposes = new Map<string, Buffer>();
  private readonly byId: ReadonlyMap<string, RootKey>;

  private constructor(private readonly file: KeyFile) {
    this.byId = new Map(file.keys.map((key) => [key.id, key]));
  }

  /** Reads the keys; see `readKeyFile`. Throws when one is missing, of another size, or a placeholder. */
  static fromFile(path: string | undefined): Vault {
    return new Vault(readKeyFile(path));
  }

  /** The id of the key that seals. */
  get keyId(): string {
    return this.file.keys[0].id;
  }

  /** The ids of the keys that only open. */
  get olderKeyIds(): string[] {
    return this.file.keys.slice(1).map(({ id }) => id);
  }

  /** What every value begins with that is sealed with the newest key. */
  get header(): Buffer {
    return headerOf(this.keyId);
  }

  /**
   * HMAC-SHA-256 as base64url. Enough for secrets that are random themselves (a slow hash would only let anybody keep the
   * token endpoint busy); without the key a stolen dump cannot even be tested against. It stays when root keys are rotated.
   */
  digest(purpose: string, text: string): string {
    const key = this.purposes.get(purpose) ?? expand(this.file.digest, `yizhan digest ${purpose}`);
    this.purposes.set(purpose, key);
    return createHmac('sha256', key).update(text).digest('base64url');
  }

  /** Sealed with the newest key, whose id it carries. `place` (table and key of the row) is bound to it, so rows cannot be swapped. */
  seal(place: string, text: string): Buffer {
    return encrypt(this.file.keys[0].sealing, place, text, this.header);
  }

  /** Throws RootKeyMissing, and an Error when the value was changed, cut short or moved. */
  open(place: string, sealed: Buffer): string {
    const keyId = keyIdOf(sealed);
    const key = keyId === undefined ? undefined : this.byId.get(keyId);
    if (key) return decrypt(key.sealing, place, sealed, HEADER_BYTES);
    const text = this.openEarlier(place, sealed);
    if (text !== undefined) return text;
    if (keyId !== undefined) throw new RootKeyMissing(keyId);
    throw new Error('Unsupported state or unable to authenticate data: no key of SECRET_KEY_FILE opens the value');
  }

  /** What was sealed before values carried the id of their key; undefined: with none of these keys. */
  private openEarlier(place: string, sealed: Buffer): string | undefined {
    for (const { earlier } of this.file.keys) {
      try {
        return decrypt(earlier, place, sealed);
      } catch {
        // Another key's.
      }
    }
    return undefined;
  }
}

/** The id of the root key that a value says it was sealed with; undefined: it carries none. */
function keyIdOf(sealed: Buffer): string | undefined {
  return sealed.subarray(0, ROOT_HEADER.length).equals(ROOT_HEADER) && sealed.length >= HEADER_BYTES
    ? sealed.subarray(ROOT_HEADER.length, HEADER_BYTES).toString('hex')
    : undefined;
}

function headerOf(keyId: string): Buffer {
  return Buffer.concat([ROOT_HEADER, Buffer.from(keyId, 'hex')]);
}
