import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
/** Begins what is sealed with a root key; the id of the key follows. No text in UTF-8 has such a first byte: a column may hold both. */
export const ROOT_HEADER = Buffer.from([0xff, 0x59, 0x5a, 0x01]);
/** Begins what is sealed with a student's key. */
export const STUDENT_HEADER = Buffer.from([0xff, 0x59, 0x5a, 0x02]);
/** What is left of a text that was taken away: of a student who was erased, or sealed with a key that was lost. */
export const NO_TEXT = Buffer.from([0xff, 0x59, 0x5a, 0x00]);

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM (NIST SP 800-38D): header, nonce, tag, ciphertext. `place` (table, row and column) is bound to it and so is the header, so
 * that no value is taken for that of another row or column.
 */
export function encrypt(key: Buffer, place: string, text: string, header: Buffer = Buffer.alloc(0)): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.concat([header, Buffer.from(place)]));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([header, nonce, cipher.getAuthTag(), sealed]);
}

/** Throws when the value was changed, cut short, moved, or encrypted with another key. */
export function decrypt(key: Buffer, place: string, sealed: Buffer, headerBytes = 0): string {
  const [nonce, tag] = [headerBytes, headerBytes + NONCE_BYTES];
  const content = tag + TAG_BYTES;
  if (sealed.length < content) throw new Error('The sealed value is cut short');
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(nonce, tag), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([sealed.subarray(0, headerBytes), Buffer.from(place)]));
  decipher.setAuthTag(sealed.subarray(tag, content));
  const text = decipher.update(sealed.subarray(content));
  // Proves it; GCM leaves nothing for the end.
  decipher.final();
  return text.toString('utf8');
}
