import { query, queryOne, sql, type Tx } from '#database';
import type { Actor } from './actor.js';

/** What was done, to what. Ids only: never a name, a number or a content. */
export interface AuditEntry {
  /** `<service>.<subject>.<action>`, e.g. `early-warning.warning.read`. */
  action: string;
  subject: { kind: string; id: string };
  /** Why; required by the rules of class 4 data (psychological, biometric, hardship). */
  reason?: string;
}

/** What a service's database role needs to write audit entries, and all it gets. */
export const AUDIT_RIGHTS = 'EXECUTE ON FUNCTION platform.append_audit(text, uuid, text, text, text, text, text)';

/**
 * Writes an audit entry in the caller's transaction: no entry, no read. The entries of a day (UTC) form a hash chain
 * (GB/T 22239-2019 level 3: audit protected against change), whose head stays locked until the transaction ends.
 */
export async function audit(tx: Tx, actor: Actor, entry: AuditEntry): Promise<void> {
  const { action, subject, reason } = entry;
  await query(
    tx,
    sql`SELECT platform.append_audit(${actor.app}, ${actor.personId ?? null}, ${actor.requestId}, ${action},
      ${subject.kind}, ${subject.id}, ${reason ?? null})`,
  );
}

/**
 * The same for a list that shows what a single read of its rows would leave an entry of: one entry, with how many rows were shown and what
 * was asked for. Write it last: others wait for the day's chain until the transaction ends.
 */
export async function auditList(
  tx: Tx,
  actor: Actor,
  { action, rows, filter, reason }: { action: string; rows: number; filter: object; reason?: string | undefined },
): Promise<void> {
  const asked = Object.fromEntries(
    Object.entries(filter).filter(([name, value]) => value !== undefined && name !== 'cursor'),
  );
  const why = reason === undefined ? '' : `${reason}: `;
  await audit(tx, actor, {
    action,
    subject: { kind: 'list', id: String(rows) },
    reason: `${why}${JSON.stringify(asked)}`.slice(0, 1_000),
  });
}

export interface AuditChain {
  entries: number;
  /** Hash of the day's last entry; written down outside the database it proves the whole day. */
  head: string | null;
  /** First entry that does not fit, by its number within the day, with its id when it is still there. */
  broken?: { seq: number; id?: string; problem: 'changed' | 'missing' };
}

interface Link {
  seq: string;
  id: string;
  prev: string;
  hash: string;
  right_hash: string;
}

/** Checks the chain of a day (`YYYY-MM-DD`, UTC) and names the first entry that was changed or removed. */
export async function verifyAuditChain(tx: Tx, day: string): Promise<AuditChain> {
  const top = await queryOne<{ entries: string; head: string }>(
    tx,
    sql`SELECT entries, head FROM platform.audit_day WHERE day = ${day}`,
  );
  const links = await query<Link>(
    tx,
    sql`SELECT seq, id, prev, hash, platform.audit_hash(e) AS right_hash FROM platform.audit_entry e WHERE day = ${day} ORDER BY seq`,
  );
  const chain: AuditChain = { entries: links.length, head: links.at(-1)?.hash ?? null };
  let prev = '';
  for (const [index, link] of links.entries()) {
    const seq = index + 1;
    if (Number(link.seq) !== seq) return { ...chain, broken: { seq, problem: 'missing' } };
    if (link.prev !== prev || link.hash !== link.right_hash)
      return { ...chain, broken: { seq, id: link.id, problem: 'changed' } };
    prev = link.hash;
  }
  if (Number(top?.entries ?? 0) > links.length)
    return { ...chain, broken: { seq: links.length + 1, problem: 'missing' } };
  if ((top?.head ?? '') !== prev) return { ...chain, broken: { seq: links.length, problem: 'changed' } };
  return chain;
}
