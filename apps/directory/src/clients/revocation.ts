import { query, sql, type Tx } from '#database';

/** Whose access tokens: one token, or all of a client, a session or a person, or what a client has of one of the last two. */
interface Holder {
  tokenId?: string;
  session?: string;
  personId?: string;
  clientId?: string | undefined;
}

/** Refuses the access tokens made until now. Takes effect within a second. */
export async function refuseTokens(tx: Tx, { tokenId, session, personId, clientId }: Holder): Promise<void> {
  await query(tx, sql`DELETE FROM directory.revocation WHERE not_before < now() - interval '1 day'`);
  await query(
    tx,
    sql`INSERT INTO directory.revocation (token_id, session_hash, person_id, client_id, not_before)
        VALUES (${tokenId ?? null}, ${session ?? null}, ${personId ?? null}, ${clientId ?? null}, now())`,
  );
}
