import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { errors } from './oidc-provider.js';
import { Database } from '#database';
import { Vault } from '#vault';
import { SignInCodeRefused } from './login.problems.js';
import { StateAdapter } from './state-adapter.js';

const SECONDS = 900;

/** Sign-in without the campus, for the day before its single sign-on is connected: a code made on the server, good once, for a quarter of an hour. */
@Injectable()
export class SignInCodes {
  private readonly codes: StateAdapter;

  constructor(database: Database, vault: Vault) {
    this.codes = new StateAdapter('SignInCode', database, vault);
  }

  /** 128 random bits; kept as a keyed hash. */
  async make(personId: string): Promise<string> {
    const code = randomBytes(16).toString('base64url');
    await this.codes.upsert(code, { accountId: personId }, SECONDS);
    return code;
  }

  /** The person the code is for; the code is used up. Throws SignInCodeRefused. */
  async use(code: string): Promise<string> {
    const found = await this.codes.find(code);
    if (!found?.accountId) throw new SignInCodeRefused();
    try {
      await this.codes.consume(code);
    } catch (error) {
      throw error instanceof errors.InvalidGrant ? new SignInCodeRefused() : error;
    }
    return found.accountId;
  }
}
