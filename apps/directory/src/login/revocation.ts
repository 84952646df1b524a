import { query, sql, type Tx } from '#database';

/** Whose access tokens: a session's or a person's, all of them or those of one app. */
interface Holder {
  session?: string;
  personId?: string;
  clientId?: string | undefined;
}

/** Refuses the access tokens made until now. Takes effect within a second. */
export async function refuseTokens(tx: Tx, { session, personId, clientId }: Holder): Promise<void> {
  await query(tx, sql`DELETE FROM directory.revocation WHERE not_before < now() - interval '1 day'`);
  await query(
    tx,
    sql`INSERT INTO directory.revocation (session_hash, person_id, client_id, not_before)
        VALUES (${session ?? null}, ${personId ?? null}, ${clientId ?? null}, now())`,
  );
}
