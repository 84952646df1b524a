import { query, raw, sql, type Sql, type Tx } from '#database';
import { STUDENT_HEADER } from './cipher.js';
import type { Vault } from './vault.js';

/** A column (`bytea`) that is sealed with a root key at the place `<table> <id>`; NULL and what students' keys have sealed is passed over. */
export interface RootSealed {
  /** `schema.name` */
  table: string;
  /** SQL over the table: the text by which its row is named in the place. */
  id: string;
  column: string;
}

/** Is it sealed with another root key than the newest? */
function old(vault: Vault, column: string): Sql {
  const beginsWith = (header: Buffer): Sql =>
    sql`substring(${raw(column)} FROM 1 FOR ${header.length}::int) = ${header}::bytea`;
  return sql`NOT ${beginsWith(vault.header)} AND NOT ${beginsWith(STUDENT_HEADER)}`;
}

/**
 * Seals at most `most` values anew that were sealed with an older root key. Returns how many; less than `most`: it is done, but for rows
 * that others are changing. It may stop anywhere and begin anew. Throws RootKeyMissing.
 */
export async function rewrap(tx: Tx, vault: Vault, { table, id, column }: RootSealed, most: number): Promise<number> {
  const rows = await query<{ name: string; value: Buffer }>(
    tx,
    sql`SELECT ${raw(id)} AS name, ${raw(column)} AS value FROM ${raw(table)} WHERE ${old(vault, column)}
         LIMIT ${most} FOR NO KEY UPDATE SKIP LOCKED`,
  );
  if (rows.length === 0) return 0;
  const names = rows.map(({ name }) => name);
  const values = rows.map(({ name, value }) => {
    const place = `${table} ${name}`;
    return vault.seal(place, vault.open(place, value));
  });
  await query(
    tx,
    sql`UPDATE ${raw(table)} SET ${raw(column)} = anew.sealed_value
          FROM unnest(${names}::text[], ${values}::bytea[]) AS anew(sealed_name, sealed_value) WHERE ${raw(id)} = anew.sealed_name`,
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
