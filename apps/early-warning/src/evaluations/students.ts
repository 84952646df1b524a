import { type Database, query, sql, type Tx } from '#database';
import type { Engine } from '../engine/engine.js';
import { anyDirty, foldDirty } from '../engine/folding.js';

/** Brings lanes and vectors up to date, so that a question about the past or of now sees all that was delivered. */
export async function bringUpToDate(database: Database, engine: Engine): Promise<void> {
  await database.transaction(null, async (tx) => {
    await engine.admitStudents(tx);
    if (await anyDirty(tx)) await foldDirty(tx);
  });
}

/** 学号 by lane. */
export async function studentNumbers(tx: Tx, lanes: readonly number[]): Promise<Map<number, string>> {
  const rows = await query<{ ordinal: number; number: string }>(
    tx,
    sql`SELECT o.ordinal, s.number FROM early_warning.student_ordinal o JOIN directory.published_student_v1 s ON s.id = o.student_id
         WHERE o.ordinal = ANY(${lanes}::int[])`,
  );
  return new Map(rows.map((row) => [row.ordinal, row.number]));
}
