import { query, sql, type Tx } from '#database';
import { eraseTexts, sealedTableOf } from '#vault';
import { RoundEntry } from './round-entry.entity.js';
import { RoundObjection } from './round-objection.entity.js';

/** That somebody was in a round, and what came of it, stays: scores, votes, reasons and texts go, and who objected. */
export async function eraseRounds(tx: Tx, studentId: string): Promise<void> {
  for (const entity of [RoundEntry, RoundObjection]) await eraseTexts(tx, sealedTableOf(tx, entity), studentId);
  const entries = sql`SELECT id FROM affairs.round_entry WHERE student_id = ${studentId}`;
  await query(tx, sql`DELETE FROM affairs.round_figure WHERE entry_id IN (${entries})`);
  await query(tx, sql`DELETE FROM affairs.round_mark WHERE entry_id IN (${entries})`);
  await query(tx, sql`DELETE FROM affairs.round_class_review WHERE entry_id IN (${entries})`);
  await query(
    tx,
    sql`UPDATE affairs.round_entry SET scores = NULL, total = NULL, exclusions = NULL WHERE student_id = ${studentId} AND scores IS NOT NULL`,
  );
  await query(tx, sql`UPDATE affairs.round_objection SET raised_by = NULL WHERE raised_by = ${studentId}`);
}
