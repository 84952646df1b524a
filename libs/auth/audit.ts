import { monthRights, type MonthlyTable, query, queryOne, sql, type Sql, type Tx } from '#database';
import type { Actor } from './actor.js';

/** What was done, to what. Ids only: never a name, a number or a content. */
export interface AuditEntry {
  /** `<service>.<subject>.<action>`, e.g. `early-warning.warning.read`. */
  action: string;
  subject: { kind: string; id: string };
  /** Why; what `Access-Reason` says where the route asks for it. */
  reason?: string;
}

/** What a service's database role needs to write audit entries and to have them sealed, and all it gets. */
export const AUDIT_RIGHTS =
  'EXECUTE ON FUNCTION platform.append_audit(text, uuid, text, text, text, text, text), platform.seal_audit(int)';

/** What the audit is read from. */
export const AUDIT_TABLES = ['audit', 'audit_entry', 'audit_unsealed', 'audit_day'].map((name) => `platform.${name}`);

/** Sealed entries lie in months of the day of their sealing. */
export const AUDIT_MONTHS: MonthlyTable = { schema: 'platform', table: 'audit_entry', column: 'day' };

/** 网络安全法 art. 21 (3): logs of a network are kept for six months at least. */
export const LOWEST_AUDIT_MONTHS = 6;

/** What the role of whoever keeps the months of the audit needs beside. */
export const AUDIT_KEEPING_RIGHTS = monthRights(AUDIT_MONTHS);

/** How long an entry may lie unsealed after its commit, in milliseconds, while a worker runs. */
export const SEAL_EVERY_MS = 2_000;

/**
 * Writes an audit entry in the caller's transaction: no entry, no change. A read needs no transaction with its entry: it awaits it before
 * it answers, so that there is no read without one either. Nobody waits for anybody. Within seconds of the commit a
 * worker seals it into the hash chain of the day (GB/T 22239-2019 level 3: audit protected against change); until then the owner
 * of the database, and nobody else, could remove it without a trace.
 */
export async function audit(tx: Tx, actor: Actor, entry: AuditEntry): Promise<void> {
  await query(tx, sql`SELECT ${append(actor, entry)}`);
  written(actor);
}

/** The one row that `one` reads and the entry of its reading, by one statement; undefined, and no entry, where there is no row. */
export async function queryOneAudited<T>(tx: Tx, actor: Actor, entry: AuditEntry, one: Sql): Promise<T | undefined> {
  const row = await queryOne<T & { entry: unknown }>(
    tx,
    sql`SELECT one.*, ${append(actor, entry)} AS entry FROM (${one}) one`,
  );
  if (!row) return undefined;
  written(actor);
  const { entry: _entry, ...found } = row;
  return found as T;
}

/** What an entry of a list says beside the number of its rows. */
export interface AuditedList {
  action: string;
  filter: object;
  reason?: string | undefined;
}

/**
 * The same for a list that shows what a single read of its rows would leave an entry of: one entry, with how many rows were shown and what
 * was asked for.
 */
export async function auditList(
  tx: Tx,
  actor: Actor,
  { rows, ...list }: AuditedList & { rows: number },
): Promise<void> {
  await audit(tx, actor, entryOf(actor, list, String(rows)));
}

/**
 * The rows of such a list, of which at most `most` are shown, in their order, and its entry, by one statement. An empty list has its
 * entry, too.
 */
export async function queryAudited<T>(
  tx: Tx,
  actor: Actor,
  list: AuditedList,
  most: number,
  rows: Sql,
): Promise<(T & { entry: unknown })[]> {
  const shown = entryOf(actor, list, sql`(SELECT least(count(*), ${most}) FROM page)::text`);
  // A sub-select that depends on no row runs once, however many there are; where there is none, never.
  const found = await query<T & { entry: unknown }>(
    tx,
    sql`WITH page AS MATERIALIZED (${rows}) SELECT page.*, (SELECT ${append(actor, shown)}) AS entry FROM page`,
  );
  if (found.length === 0) await auditList(tx, actor, { ...list, rows: 0 });
  else written(actor);
  return found;
}

interface Entry<Id = string> extends Omit<AuditEntry, 'subject'> {
  subject: { kind: string; id: Id };
}

function entryOf<Id>({ access }: Actor, { action, filter, reason }: AuditedList, rows: Id): Entry<Id> {
  const asked = Object.fromEntries(
    Object.entries(filter).filter(([name, value]) => value !== undefined && name !== 'cursor'),
  );
  const given = reason ?? access?.reason;
  const why = given === undefined ? '' : `${given}: `;
  return { action, subject: { kind: 'list', id: rows }, reason: `${why}${JSON.stringify(asked)}`.slice(0, 1_000) };
}

function append({ app, personId, requestId, access }: Actor, { action, subject, reason }: Entry<string | Sql>): Sql {
  return sql`platform.append_audit(${app}, ${personId ?? null}, ${requestId}, ${action},
      ${subject.kind}, ${subject.id}, ${reason ?? access?.reason ?? null})`;
}

function written(actor: Actor): void {
  if (actor.access) actor.access.audited = true;
}

/** Entries of one turn of the sealing: a second's work at most. */
const AT_ONCE = 2_000;

/** Seals what is committed and not sealed yet, unless another is doing so. Returns how many entries. */
export async function sealAudit(tx: Tx): Promise<number> {
  for (let total = 0; ;) {
    const row = await queryOne<{ sealed: number }>(tx, sql`SELECT platform.seal_audit(${AT_ONCE}::int) AS sealed`);
    total += row!.sealed;
    if (row!.sealed < AT_ONCE) return total;
  }
}

export interface AuditChain {
  entries: number;
  /** Hash of the day's last entry; written down outside the database it proves the whole day. */
  head: string | null;
  /** Entries, of whichever day, that are in no chain yet: more than some seconds' worth means that no worker runs. */
  unsealed: number;
  /** The day is kept no longer, since then: number and hash are what is known of it, and nothing can be checked. */
  droppedAt: Date | null;
  /** First entry that does not fit, by its number within the day, with its id when it is still there. */
  broken?: { seq: number; id?: string; problem: 'changed' | 'missing' };
}

interface Chain {
  entries: string;
  head: string;
  unsealed: string;
  /** Of the day's row: what the last entry should be. */
  sealed: string;
  sealedHead: string;
  droppedAt: Date | null;
  place: string | null;
  seq: string | null;
  id: string | null;
}

/**
 * Checks the chain of a day (`YYYY-MM-DD`, UTC, the day of the sealing) and names the first entry that was changed, removed, put
 * in or moved. Of a day that is kept no longer it says what was there. One statement, so that sealing may go on beside it.
 */
export async function verifyAuditChain(tx: Tx, day: string): Promise<AuditChain> {
  const row = await queryOne<Chain>(
    tx,
    sql`WITH link AS (
          SELECT seq, id, row_number() OVER place AS place,
                 prev = lag(hash, 1, '') OVER place AND hash = platform.audit_hash(e) AS fits
            FROM platform.audit_entry e WHERE day = ${day} WINDOW place AS (ORDER BY seq)),
        total AS (SELECT count(*) AS entries, min(place) FILTER (WHERE seq <> place OR NOT fits) AS broken FROM link)
        SELECT total.entries, broken.place, broken.seq, broken.id,
               coalesce((SELECT hash FROM platform.audit_entry WHERE day = ${day} ORDER BY seq DESC LIMIT 1), '') AS head,
               (SELECT count(*) FROM platform.audit_unsealed) AS unsealed,
               coalesce(d.entries, 0) AS sealed, coalesce(d.head, '') AS "sealedHead", d.dropped_at AS "droppedAt"
          FROM total LEFT JOIN link broken ON broken.place = total.broken
               LEFT JOIN platform.audit_day d ON d.day = ${day}`,
  );
  const { place, seq, id, head, sealedHead, droppedAt } = row!;
  const [entries, unsealed, sealed] = [Number(row!.entries), Number(row!.unsealed), Number(row!.sealed)];
  // What lies there all the same was put in afterwards.
  if (droppedAt && entries === 0) return { entries: sealed, head: sealedHead, unsealed, droppedAt };
  const chain: AuditChain = { entries, head: head || null, unsealed, droppedAt };
  if (place !== null && seq !== place) return { ...chain, broken: { seq: Number(place), problem: 'missing' } };
  if (place !== null) return { ...chain, broken: { seq: Number(place), id: id!, problem: 'changed' } };
  if (sealed > entries) return { ...chain, broken: { seq: entries + 1, problem: 'missing' } };
  if (head !== sealedHead) return { ...chain, broken: { seq: entries, problem: 'changed' } };
  return chain;
}
