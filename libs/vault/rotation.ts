import { query, raw, sql, type Tx } from '#database';
import type { Vault } from './vault.js';

/** A column (`bytea`) that is sealed with a root key at the place `<table> <id>`. */
export interface RootSealed {
  /** `schema.name` */
  table: string;
  /** Column of the primary key. */
  id: string;
  column: string;
}

/** Is it sealed with another root key than the newest? */
function old(vault: Vault, column: string) {
  return sql`substring(${raw(column)} FROM 1 FOR ${vault.header.length}::int) <> ${vault.header}::bytea`;
}

/**
 * Seals at most `most` values anew that were sealed with an older root key. Returns how many; less than `most`: it is done, but for rows
 * that others are changing. It may stop anywhere and begin anew. Throws RootKeyMissing.
 */
export async function rewrap(tx: Tx, vault: Vault, { table, id, column }: RootSealed, most: number): Promise<number> {
  const rows = await query<{ id: string; value: Buffer }>(
    tx,
    sql`SELECT ${raw(id)}::text AS id, ${raw(column)} AS value FROM ${raw(table)} WHERE ${old(vault, column)}
         ORDER BY 1 LIMIT ${most} FOR NO KEY UPDATE SKIP LOCKED`,
  );
  const anew = rows.map((row) => {
    const place = `${table} ${row.id}`;
    return vault.seal(place, vault.open(place, row.value));
  });
  await query(
    tx,
    sql`UPDATE ${raw(table)} t SET ${raw(column)} = n.value
          FROM unnest(${rows.map((row) => row.id)}::text[], ${anew}::bytea[]) AS n(id, value) WHERE t.${raw(id)}::text = n.id`,
  );
  return rows.length;
}

/** How many values an older root key is still needed for. */
export async function countOld(tx: Tx, vault: Vault, { table, column }: Omit<RootSealed, 'id'>): Promise<number> {
  const [row] = await query<{ n: number }>(
    tx,
    sql`SELECT count(*)::int AS n FROM ${raw(table)} WHERE ${old(vault, column)}`,
  );
  return row!.n;
}
