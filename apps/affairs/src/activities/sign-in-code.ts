import type { Vault } from '#vault';

/** Digits of a code. */
export const CODE_DIGITS = 6;

/** How many windows a code is good for beside the present one: somebody is still typing, or another process' clock is a little ahead or behind. */
const NEIGHBOURS = [0, -1, 1];

/** Secrets are made from the house's root key and the activity's id (HMAC): none is stored, and no code tells of another. */
export function codeIn(vault: Vault, activityId: string, window: number): string {
  const digest = Buffer.from(vault.digest('affairs activity code', `${activityId} ${window}`), 'base64url');
  return String(digest.readUInt32BE(0) % 10 ** CODE_DIGITS).padStart(CODE_DIGITS, '0');
}

/** The window an instant lies in. */
export function windowOf(now: Date, seconds: number): number {
  return Math.floor(now.getTime() / (seconds * 1_000));
}

export function isCode(vault: Vault, activityId: string, code: string, now: Date, seconds: number): boolean {
  const window = windowOf(now, seconds);
  return NEIGHBOURS.some((n) => codeIn(vault, activityId, window + n) === code);
}
