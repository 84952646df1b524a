import { Injectable } from '@nestjs/common';
import { Database, query, queryOne, sql, type Tx } from '#database';

/** What people let apps do in their name: asked once, and again when an app asks for more. */
@Injectable()
export class Consents {
  constructor(private readonly database: Database) {}

  /** The scopes that the person has let the app have. */
  async given(personId: string, clientId: string): Promise<string[]> {
    const row = await queryOne<{ scopes: string[] }>(
      this.database.reader,
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
}
