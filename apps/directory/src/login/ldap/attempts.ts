import { Injectable } from '@nestjs/common';
import { Database, query, queryOne, sql } from '#database';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { TooManyAttempts } from '../login.problems.js';

/**
 * Failures without a pause, seconds in which one is forgotten, and the longest pause: of a name, and of an address, from which a whole
 * campus may come.
 */
const LIMITS = {
  name: { free: 5, forgetSeconds: 720, longestSeconds: 900 },
  address: { free: 100, forgetSeconds: 2, longestSeconds: 60 },
};
const FIRST_PAUSE_SECONDS = 10;
const KEPT_SECONDS = 86_400;

type Kind = keyof typeof LIMITS;

/**
 * Counts attempts to sign in with a password, by the name that was typed and by the address they came from, each a keyed hash. Beyond
 * some each failure doubles the pause before the next attempt. In the database, so that all processes count together.
 */
@Injectable()
export class Attempts {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly vault: Vault,
  ) {}

  /** Counts one as failed before it is made, so that many at once are not more than many. Throws TooManyAttempts. */
  async begin(name: string, address: string): Promise<void> {
    // A name is not counted for whom the address keeps out: nobody is locked out by them.
    const seconds = (await this.count('address', address)) || (await this.count('name', name));
    if (seconds > 0) throw new TooManyAttempts({ retryAfter: seconds, params: { seconds } });
  }

  /** It was right: the name has no failures any more, and the address one less. */
  async succeeded(name: string, address: string): Promise<void> {
    const old = new Date(this.clock.now().getTime() - KEPT_SECONDS * 1_000);
    await query(
      this.database.connection,
      sql`DELETE FROM directory.sign_in_attempt WHERE key_hash = ${this.hash('name', name)} OR last_at < ${old}`,
    );
    await this.uncount('address', address);
  }

  /** It was not made after all. */
  async notMade(name: string, address: string): Promise<void> {
    await this.uncount('address', address);
    await this.uncount('name', name);
  }

  /** Seconds to wait; 0: counted. */
  private async count(kind: Kind, key: string): Promise<number> {
    const [hash, now] = [this.hash(kind, key), this.clock.now()];
    const { free, forgetSeconds, longestSeconds } = LIMITS[kind];
    const since = sql`extract(epoch FROM ${now}::timestamptz - a.last_at)`;
    // Doubles with each failure; what is beyond the thirtieth is longer than the longest anyway.
    const pause = sql`CASE WHEN round(a.failures) < ${free} THEN 0
      ELSE least(${longestSeconds}, ${FIRST_PAUSE_SECONDS} * 2 ^ least(round(a.failures) - ${free}, 30)) END`;
    const counted = await query(
      this.database.connection,
      sql`INSERT INTO directory.sign_in_attempt AS a (key_hash, failures, last_at) VALUES (${hash}, 1, ${now})
          ON CONFLICT (key_hash) DO UPDATE SET
            failures = 1 + greatest(0, a.failures - greatest(0, ${since}) / ${forgetSeconds}), last_at = excluded.last_at
           WHERE ${since} >= ${pause}
          RETURNING 1`,
    );
    if (counted.length > 0) return 0;
    const left = await queryOne<{ seconds: number }>(
      this.database.connection,
      sql`SELECT ceil(${pause} - ${since})::int AS seconds FROM directory.sign_in_attempt a WHERE key_hash = ${hash}`,
    );
    return Math.max(1, left?.seconds ?? 1);
  }

  private async uncount(kind: Kind, key: string): Promise<void> {
    await query(
      this.database.connection,
      sql`UPDATE directory.sign_in_attempt SET failures = greatest(0, failures - 1) WHERE key_hash = ${this.hash(kind, key)}`,
    );
  }

  private hash(kind: Kind, key: string): string {
    return this.vault.digest(`sign-in attempt ${kind}`, key);
  }
}
