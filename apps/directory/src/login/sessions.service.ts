import { Injectable } from '@nestjs/common';
import { Database, query, sql, type Tx } from '#database';
import { Vault } from '#vault';
import { refuseTokens } from '../clients/revocation.js';
import type { LogoutNotice } from './sso/campus-sso.js';
import { lockOf, STATE } from './state-adapter.js';

/** As long as a refresh token can live. */
const BOUND_FOR = sql`interval '14 days'`;

/** What the campus calls the sign-in from which one of our sessions came. */
export interface Origin {
  session: string | undefined;
  subject: string | undefined;
}

/**
 * Ends sessions of the issuer before their time. Of a session go its login, its codes and refresh tokens at once, and its access
 * tokens within a second (`sid` in the token, directory.published_revocation_v1).
 */
@Injectable()
export class Sessions {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  /** The name of a session in access tokens and tables. */
  nameOf(sessionUid: string): string {
    return this.vault.digest(STATE, sessionUid);
  }

  /** Remembers from which sign-in at the campus a session came, so that the campus can end it. */
  async bind(sessionUid: string, { session, subject }: Origin): Promise<void> {
    // Some never say that a sign-in is over.
    if (session === undefined && subject === undefined) return;
    await query(this.database.connection, sql`DELETE FROM directory.sso_session WHERE expires_at < now()`);
    await query(
      this.database.connection,
      sql`INSERT INTO directory.sso_session (session_hash, campus_session_hash, campus_subject_hash, expires_at)
          VALUES (${this.nameOf(sessionUid)}, ${this.hashed('session', session)}, ${this.hashed('subject', subject)}, now() + ${BOUND_FOR})
          ON CONFLICT DO NOTHING`,
    );
  }

  /** Ends what the campus says has ended, and forgets its name: a notice counts once. */
  async endByNotice({ session, subject }: LogoutNotice): Promise<void> {
    await this.database.transaction(null, async (tx) => {
      const ended = await query<{ name: string }>(
        tx,
        sql`WITH ended AS (
              DELETE FROM directory.sso_session
               WHERE campus_session_hash = ${this.hashed('session', session)}
                  -- of one whose name the campus had not told us, all that have none
                  OR (campus_subject_hash = ${this.hashed('subject', subject)} AND (${session === undefined} OR campus_session_hash IS NULL))
               RETURNING session_hash)
            SELECT DISTINCT session_hash AS name FROM ended`,
      );
      for (const { name } of ended) await end(tx, name);
    });
  }

  /** The person has signed out of this session. */
  async end(sessionUid: string): Promise<void> {
    await this.database.transaction(null, (tx) => end(tx, this.nameOf(sessionUid)));
  }

  private hashed(what: 'session' | 'subject', name: string | undefined): string | null {
    return name === undefined ? null : this.vault.digest(`campus ${what}`, name);
  }
}

async function end(tx: Tx, name: string): Promise<void> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(${lockOf(name)})`);
  await query(tx, sql`DELETE FROM directory.oidc_state WHERE session_hash = ${name}`);
  await query(tx, sql`DELETE FROM directory.oidc_state WHERE model = 'Session' AND uid_hash = ${name}`);
  await refuseTokens(tx, { session: name });
}
