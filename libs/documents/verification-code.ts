import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no I, L, O and U, so that a code may be read aloud and typed. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 140 random bits: nobody finds one by trying. */
const LENGTH = 28;

/** A new code that opens the verification of one certificate. */
export function newCode(): string {
  // 32 divides 256: each character is as likely as the others.
  return [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % 32]).join('');
}

/** A code as it was typed, in the form it is compared in; undefined for what is none. */
export function codeOf(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return code.length === LENGTH && [...code].every((one) => ALPHABET.includes(one)) ? code : undefined;
}

/** `7K3M-…`, as it is printed. */
export function grouped(code: string): string {
  return code.match(/.{4}/g)!.join('-');
}
