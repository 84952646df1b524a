import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { errorForLog } from '#http';
import { AccountsUnavailable, PasswordRefused, SsoRefused } from '../login.problems.js';
import { Attempts } from './attempts.js';
import { nameOf } from './filter.js';
import type { LdapAccounts } from './ldap-accounts.js';

/** How long no takes, whatever it is for: a password that was compared takes longer than a name that nobody has. */
const REFUSAL_MS = 1_000;
const LONGEST_PASSWORD = 256;
const logger = new Logger('sign-in');

/** What somebody typed, and from where. */
export interface Credentials {
  name: string;
  password: string;
  address: string;
}

/** Sign-in by name and password, as often as the attempts allow, and with one answer for every reason to refuse. */
@Injectable()
export class PasswordSignIn {
  constructor(private readonly attempts: Attempts) {}

  /** The 学号 or 工号 of whose they are. Throws PasswordRefused, TooManyAttempts, AccountsUnavailable, and SsoRefused for an account without a number. */
  async numberOf(accounts: LdapAccounts, { name: typed, password, address }: Credentials): Promise<string> {
    const refusedAt = performance.now() + REFUSAL_MS;
    const name = nameOf(typed);
    const key = (name ?? typed).toLowerCase();
    await this.attempts.begin(key, address);
    try {
      if (name === undefined || password.length > LONGEST_PASSWORD) throw new PasswordRefused();
      const number = await accounts.numberOf(name, password);
      await this.attempts.succeeded(key, address);
      if (!number) throw new SsoRefused();
      return number;
    } catch (error) {
      if (error instanceof AccountsUnavailable) {
        logger.warn(Object.assign(new Error('LDAP cannot be asked'), errorForLog(error.cause ?? error)));
        await this.attempts.notMade(key, address);
      }
      if (error instanceof PasswordRefused) await wait(Math.max(0, refusedAt - performance.now()));
      throw error;
    }
  }
}
