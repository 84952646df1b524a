import { join, query, raw, sql, type Tx } from '#database';
import { NO_TEXT } from './cipher.js';
import type { SealedTable } from './sealed.js';
import { isSealed, type StudentKeys } from './student-keys.js';

/** Is the text in a column there, and not sealed? */
const plain = (column: string) => sql`substring(${raw(column)} FROM 1 FOR 1) <> '\\xff'::bytea`;

/**
 * Seals texts from before their columns were sealed, of at most `most` rows; those of students who were erased are blanked. Returns of how
 * many rows; less than `most`: it is done, but for rows that others are changing. It may stop anywhere and begin anew.
 */
export async function sealTexts(
  tx: Tx,
  keys: StudentKeys,
  { table, columns }: SealedTable,
  most: number,
): Promise<number> {
  const rows = await query<Row>(
    tx,
    sql`SELECT t.id, t.student_id AS "studentId", ARRAY[${join(columns.map((column) => raw(`t.${column}`)))}] AS texts,
               EXISTS (SELECT FROM platform.student_key k WHERE k.student_id = t.student_id AND k.erased_at IS NOT NULL) AS erased
          FROM ${raw(table)} t WHERE ${join(columns.map(plain), ' OR ')} ORDER BY t.id LIMIT ${most} FOR UPDATE OF t SKIP LOCKED`,
  );
  if (rows.length === 0) return 0;
  const found = rows.flatMap((row) =>
    columns.flatMap((column, i) => {
      const text = row.texts[i];
      return text && !isSealed(text)
        ? [{ row, i, place: `${table} ${row.id} ${column}`, text: text.toString('utf8') }]
        : [];
    }),
  );
  const open = found.filter(({ row }) => !row.erased);
  const sealed = await keys.seal(
    tx,
    open.map(({ row: { studentId }, place, text }) => ({ studentId, place, text })),
  );
  for (const { row, i } of found) row.texts[i] = NO_TEXT;
  open.forEach(({ row, i }, n) => (row.texts[i] = sealed[n]!));
  const names = columns.map((column) => raw(column));
  await query(
    tx,
    sql`UPDATE ${raw(table)} t SET ${join(names.map((name) => sql`${name} = n.${name}`))}
          FROM unnest(${rows.map(({ id }) => id)}::uuid[], ${join(columns.map((_, i) => sql`${rows.map(({ texts }) => texts[i])}::bytea[]`))})
            AS n(id, ${join(names)}) WHERE t.id = n.id`,
  );
  return rows.length;
}

interface Row {
  id: string;
  studentId: string;
  texts: (Buffer | null)[];
  erased: boolean;
}

/** How many rows have a text that is not sealed. */
export async function countPlain(tx: Tx, { table, columns }: SealedTable): Promise<number> {
  const [row] = await query<{ n: number }>(
    tx,
    sql`SELECT count(*)::int AS n FROM ${raw(table)} WHERE ${join(columns.map(plain), ' OR ')}`,
  );
  return row!.n;
}

/** Blanks all texts of a student in a table, sealed or not. Raises versions: who has read a row before does not write its texts back. */
export async function eraseTexts(tx: Tx, { table, columns }: SealedTable, studentId: string): Promise<void> {
  const blank = columns.map(
    (column) => sql`${raw(column)} = CASE WHEN ${raw(column)} IS NOT NULL THEN ${NO_TEXT}::bytea END`,
  );
  await query(
    tx,
    sql`UPDATE ${raw(table)} SET ${join(blank)}, version = version + 1, updated_at = now() WHERE student_id = ${studentId}`,
  );
}
