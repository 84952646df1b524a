import { query, sql, type Tx } from '#database';

/** Refuses the access tokens made in a session until now: all of them, or those of one app. Takes effect within a second. */
export async function refuseTokens(
  tx: Tx,
  { session, clientId = null }: { session: string; clientId?: string | null | undefined },
): Promise<void> {
  await query(tx, sql`DELETE FROM directory.revocation WHERE not_before < now() - interval '1 day'`);
  await query(
    tx,
    sql`INSERT INTO directory.revocation (session_hash, client_id, not_before) VALUES (${session}, ${clientId}, now())`,
  );
}
