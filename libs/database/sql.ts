import { type Sql } from 'sql-template-tag';
import type { Tx } from './transaction.js';

export { default as sql, empty, join, raw, type Sql } from 'sql-template-tag';

/** Runs a tagged SQL template (values are always bound, fragments nest) and answers its rows. */
export async function query<T = Record<string, unknown>>(tx: Tx, statement: Sql): Promise<T[]> {
  const result: unknown = await tx.query(statement.text, statement.values);
  // TypeORM answers [rows, count] for UPDATE and DELETE.
  if (Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number') {
    return result[0] as T[];
  }
  return result as T[];
}

/** The first row, or undefined. */
export async function queryOne<T = Record<string, unknown>>(tx: Tx, statement: Sql): Promise<T | undefined> {
  return (await query<T>(tx, statement))[0];
}
