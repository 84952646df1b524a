import type { ObjectType } from 'typeorm';
import type { BaseEntity } from './entity.js';
import { empty, queryOne, raw, sql, type Sql } from './sql.js';
import { type Tx, violates } from './transaction.js';

/**
 * The row of this id, when `where` holds of it: a predicate over `alias`, as a scope is. One statement; undefined where there is none.
 * `lock` keeps it as it is (share) or to the caller alone (update) until `tx` ends.
 */
export async function findInScope<T extends BaseEntity>(
  tx: Tx,
  entity: ObjectType<T>,
  id: string,
  { alias, where, lock }: { alias: string; where: Sql; lock?: 'share' | 'update' },
): Promise<T | undefined> {
  const metadata = tx.connection.getMetadata(entity);
  const row = await queryOne(
    tx,
    sql`SELECT ${raw(alias)}.* FROM ${raw(metadata.tablePath)} AS ${raw(alias)} WHERE ${raw(alias)}.id = ${id} AND ${where}
        ${lock === undefined ? empty : raw(`FOR ${lock} OF ${alias}`)}`,
  );
  if (!row) return undefined;
  const found = metadata.create() as T;
  for (const column of metadata.columns)
    column.setEntityValue(found, tx.connection.driver.prepareHydratedValue(row[column.databaseName], column));
  return found;
}

/** Waits for a write; where it breaks one of these constraints or unique indexes, by its name in the database, it is that problem. */
export async function onConflict<T>(write: Promise<T>, problems: Record<string, () => Error>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    for (const [constraint, problem] of Object.entries(problems)) if (violates(error, constraint)) throw problem();
    throw error;
  }
}
