import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, query, queryOne, sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { type ConsentRow, ConsentsDto, MyAppsDto } from './consents.dto.js';
import { PersonNeeded } from './login.problems.js';
import { refuseTokens } from '../clients/revocation.js';
import { holderOf, STATE } from './state-adapter.js';

/**
 * What people let apps do in their name: asked once, and again when an app asks for more; theirs to withdraw (PIPL art. 15). An app
 * renews its tokens only while the person's consent stands.
 */
@Injectable()
export class Consents {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: CampusClock,
  ) {}

  /** The scopes that the person has let the app have. */
  async given(personId: string, clientId: string): Promise<string[]> {
    const row = await queryOne<{ scopes: string[] }>(
      this.database.connection,
      sql`SELECT scopes FROM directory.app_consent WHERE person_id = ${personId} AND client_id = ${clientId}`,
    );
    return row?.scopes ?? [];
  }

  /** Adds to what the person has agreed to before. */
  async give(tx: Tx, personId: string, clientId: string, scopes: string[]): Promise<void> {
    await query(
      tx,
      sql`INSERT INTO directory.app_consent AS c (person_id, client_id, scopes) VALUES (${personId}, ${clientId}, ${scopes})
          ON CONFLICT (person_id, client_id) DO UPDATE SET given_at = now(),
            scopes = ARRAY(SELECT DISTINCT unnest(c.scopes || excluded.scopes) ORDER BY 1)`,
    );
  }

  /** The app was given a token for the person: to the day, as more would tell when somebody was awake. */
  async used(personId: string, clientId: string): Promise<void> {
    const today = this.clock.today();
    await query(
      this.database.connection,
      sql`UPDATE directory.app_consent SET used_on = ${today}
           WHERE person_id = ${personId} AND client_id = ${clientId} AND used_on IS DISTINCT FROM ${today}::date`,
    );
  }

  async apps(actor: Actor): Promise<MyAppsDto> {
    return MyAppsDto.from(await listed(this.database.connection, personOf(actor)));
  }

  async list(actor: Actor): Promise<ConsentsDto> {
    return ConsentsDto.from(await listed(this.database.connection, personOf(actor)));
  }

  /** See `end`. Returns the apps that are left. */
  withdrawApp(actor: Actor, clientId: string): Promise<MyAppsDto> {
    return this.end(actor, clientId, MyAppsDto.from);
  }

  /** See `end`. Returns what still stands. */
  withdraw(actor: Actor, clientId: string): Promise<ConsentsDto> {
    return this.end(actor, clientId, ConsentsDto.from);
  }

  /**
   * The app's codes and refresh tokens are of no use from now on, also when it is let in again later, its access tokens within a second.
   */
  private end<T>(actor: Actor, clientId: string, left: (rows: ConsentRow[]) => T): Promise<T> {
    const personId = personOf(actor);
    return this.database.transaction(actor, async (tx) => {
      const gone = await query(
        tx,
        sql`WITH gone AS (
              DELETE FROM directory.app_consent WHERE person_id = ${personId} AND client_id = ${clientId} RETURNING 1
            ) SELECT * FROM gone`,
      );
      if (gone.length === 0) throw new NotFound({ what: 'consent' });
      const grants = this.vault.digest(STATE, holderOf(personId, clientId));
      await query(tx, sql`DELETE FROM directory.oidc_state WHERE model = 'Grant' AND uid_hash = ${grants}`);
      await refuseTokens(tx, { personId, clientId });
      await audit(tx, actor, { action: 'directory.app-consent.withdrawn', subject: { kind: 'person', id: personId } });
      return left(await listed(tx, personId));
    });
  }
}

/** Nobody sees or withdraws another's consent. Throws PersonNeeded for an app by itself. */
function personOf(actor: Actor): string {
  if (!actor.personId) throw new PersonNeeded();
  return actor.personId;
}

async function listed(tx: Tx, personId: string): Promise<ConsentRow[]> {
  return query<ConsentRow>(
    tx,
    sql`SELECT a.client_id AS "clientId", COALESCE(c.name, a.client_id) AS name, c.publisher,
               ARRAY(SELECT s FROM unnest(a.scopes) s WHERE s <> 'openid' ORDER BY s) AS permissions, a.given_at AS "givenAt",
               a.used_on::text AS "usedOn"
          FROM directory.app_consent a LEFT JOIN directory.client c ON c.client_id = a.client_id
         WHERE a.person_id = ${personId} ORDER BY a.given_at DESC, a.client_id`,
  );
}
