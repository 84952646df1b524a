import type { Actor } from '#auth';
import { classOf, type Permission } from '#contracts';
import { insertAll, query, sql, type Tx, update } from '#database';
import { ClientApproval } from './client-approval.entity.js';

/** Of a client: what waits and what is in force, locked with the client. */
async function liveOf(tx: Tx, clientRef: string): Promise<ClientApproval[]> {
  return tx
    .createQueryBuilder(ClientApproval, 'a')
    .where(`a.client_ref = :clientRef AND a.status IN ('waiting', 'approved')`, { clientRef })
    .orderBy('a.id')
    .getMany();
}

/**
 * What of the permissions that an app is to have it has from now on: sensitive ones it has not had wait for a second administrator. What it
 * no longer asks for is at an end. `before`: what it has now. The client is locked, or new.
 */
export async function permissionsFor(
  tx: Tx,
  actor: Actor,
  client: { id: string; permissions: readonly Permission[] },
  asked: readonly Permission[],
  now: Date,
): Promise<Permission[]> {
  const live = await liveOf(tx, client.id);
  for (const approval of live.filter(({ permission }) => !asked.includes(permission))) {
    approval.end('dropped', now);
    await update(tx, approval);
  }
  const waits = (permission: Permission) =>
    classOf(permission) !== undefined && !client.permissions.includes(permission);
  const known = new Set(live.map(({ permission }) => permission));
  const fresh = asked.filter((permission) => waits(permission) && !known.has(permission));
  await insertAll(
    tx,
    fresh.map((permission) => ClientApproval.ask(client, permission, actor)),
  );
  return asked.filter((permission) => !waits(permission));
}

/** The permissions that wait, by client. */
export async function waitingOf(tx: Tx, clientRefs: readonly string[]): Promise<Map<string, Permission[]>> {
  const rows = await query<{ clientRef: string; permissions: Permission[] }>(
    tx,
    sql`SELECT client_ref AS "clientRef", array_agg(permission ORDER BY permission) AS permissions
          FROM directory.client_approval WHERE status = 'waiting' AND client_ref = ANY(${clientRefs}::uuid[]) GROUP BY 1`,
  );
  return new Map(rows.map(({ clientRef, permissions }) => [clientRef, permissions]));
}
