import { schemaOf, SERVICE_NAMES } from '#contracts';
import { query, queryOne, raw, sql, type Tx } from '#database';

/** Where the copies lie. */
const COPIES = 'sandbox';

/** What of the plumbing belongs to the school, and is put back with it. */
const PLUMBING = ['events.timer', 'platform.policy_version', 'platform.idempotency_key', 'platform.own_export_part'];

/** What stays over a reset: the apps, how they get in, and how they are told of what they asked. */
const KEPT = [
  ...['client', 'client_secret', 'client_approval', 'signing_key', 'oidc_state', 'sso_session', 'revocation'],
].map((table) => `directory.${table}`);

interface Table {
  /** Quoted, with its schema. */
  name: string;
  /** Quoted columns that can be written. */
  columns: string;
  copy: string;
}

async function tablesOf(tx: Tx): Promise<Table[]> {
  return query<Table>(
    tx,
    sql`SELECT format('%I.%I', n.nspname, c.relname) AS name, format('%I.%I', ${COPIES}::text, n.nspname || '.' || c.relname) AS copy,
               (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND (n.nspname = ANY(${SERVICE_NAMES.map(schemaOf)}::text[]) AND c.relname <> 'migration'
                OR n.nspname || '.' || c.relname = ANY(${PLUMBING}::text[]))
           AND n.nspname || '.' || c.relname <> ALL(${KEPT}::text[])
         ORDER BY 1`,
  );
}

/** Keeps what the school is now, to come back to, unless something is kept already. */
export async function takeSnapshot(tx: Tx): Promise<void> {
  if (await isKept(tx)) return;
  await query(tx, sql`DROP SCHEMA IF EXISTS ${raw(COPIES)} CASCADE`);
  await query(tx, sql`CREATE SCHEMA ${raw(COPIES)}`);
  for (const { name, columns, copy } of await tablesOf(tx))
    await query(tx, sql`CREATE TABLE ${raw(copy)} AS SELECT ${raw(columns)} FROM ${raw(name)}`);
  await query(tx, sql`UPDATE platform.sandbox SET snapshot_at = now()`);
}

/**
 * Puts every table back, in the transaction of the caller, whose role owns them. Returns how many there are; undefined when nothing was kept
 * yet.
 */
export async function restoreSnapshot(tx: Tx): Promise<number | undefined> {
  if (!(await isKept(tx))) return undefined;
  const tables = await tablesOf(tx);
  // Rows come back as they were, in any order: neither foreign keys nor triggers look at them.
  await query(tx, sql`SET LOCAL session_replication_role = replica`);
  await query(tx, sql`TRUNCATE ${raw(tables.map(({ name }) => name).join(', '))}`);
  for (const { name, columns, copy } of tables)
    await query(
      tx,
      sql`INSERT INTO ${raw(name)} (${raw(columns)}) OVERRIDING SYSTEM VALUE SELECT ${raw(columns)} FROM ${raw(copy)}`,
    );
  await query(tx, sql`SET LOCAL session_replication_role = DEFAULT`);
  return tables.length;
}

async function isKept(tx: Tx): Promise<boolean> {
  return (await queryOne(tx, sql`SELECT 1 FROM platform.sandbox WHERE snapshot_at IS NOT NULL`)) !== undefined;
}
