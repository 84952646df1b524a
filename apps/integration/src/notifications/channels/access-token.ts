import type { Account } from './adapter.js';
import { NoAnswer } from './ask.js';

/** Taken anew before it ends. */
const EARLY_MS = 300_000;

/** A token of a channel: asked for once for all who need it, and again when it ends or the channel says that it has. */
export class AccessToken {
  private token: { version: number; until: number; value: Promise<string> } | undefined;

  /** `get` answers the token and the seconds it is good for. */
  async of(account: Account, get: () => Promise<{ value: string; seconds: number }>): Promise<string> {
    const { token } = this;
    if (token && token.version === account.version && performance.now() < token.until) return token.value;
    const asked = get();
    const fresh = {
      version: account.version,
      until: Infinity,
      value: asked.then(({ value }) => value),
    };
    this.token = fresh;
    try {
      const { seconds } = await asked;
      fresh.until = performance.now() + seconds * 1_000 - EARLY_MS;
      return await fresh.value;
    } catch (error) {
      this.forget(account);
      throw error;
    }
  }

  forget(account: Account): void {
    if (this.token?.version === account.version) this.token = undefined;
  }
}

/** Throws where a token was refused. */
export function required(errcode: number, value: string | undefined): string {
  if (errcode !== 0 || !value) throw new NoAnswer(`TOKEN_${errcode}`);
  return value;
}
