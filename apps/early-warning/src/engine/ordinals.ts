import type { UnitKind } from '#contracts';
import { query, queryOne, sql, type Tx } from '#database';
import { holdsOn } from '#roster';

/** `s.id` is not of a student whose data was erased. Such get no lane again. */
export const NOT_ERASED = sql`NOT EXISTS (SELECT 1 FROM early_warning.erased_student e WHERE e.digest = sha256(s.id::text::bytea))`;

/**
 * Gives every student of the roster a lane of the vectors. Lanes are dense, go by college, grade and class so that a cohort lies
 * together, and never change; students who come later follow behind. Returns whether there were new ones.
 */
export async function ensureOrdinals(tx: Tx): Promise<boolean> {
  if (!(await somebodyIsMissing(tx))) return false;
  await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('early-warning student ordinals'))`);
  await query(
    tx,
    sql`WITH missing AS (
          SELECT s.id, s.number, s.grade FROM directory.published_student_v1 s
           WHERE NOT EXISTS (SELECT 1 FROM early_warning.student_ordinal o WHERE o.student_id = s.id) AND ${NOT_ERASED}
        ), units AS (
          SELECT m.person_id,
                 max(m.unit_id::text) FILTER (WHERE m.unit_kind = 'college') AS college,
                 max(m.unit_id::text) FILTER (WHERE m.unit_kind = 'class') AS class,
                 max(m.unit_id::text) FILTER (WHERE m.unit_kind = 'course_class') AS course_class
            FROM directory.published_membership_v1 m
           WHERE m.unit_kind IN ('college', 'class', 'course_class') AND m.person_id IN (SELECT id FROM missing)
           GROUP BY m.person_id
        )
        INSERT INTO early_warning.student_ordinal (ordinal, student_id)
        SELECT (SELECT coalesce(max(ordinal), -1) FROM early_warning.student_ordinal)
               + row_number() OVER (ORDER BY u.college, s.grade, u.class, u.course_class, s.number), s.id
          FROM missing s LEFT JOIN units u ON u.person_id = s.id`,
  );
  return true;
}

async function somebodyIsMissing(tx: Tx): Promise<boolean> {
  const row = await queryOne<{ missing: boolean }>(
    tx,
    sql`SELECT EXISTS (SELECT 1 FROM directory.published_student_v1 s
          WHERE NOT EXISTS (SELECT 1 FROM early_warning.student_ordinal o WHERE o.student_id = s.id) AND ${NOT_ERASED}) AS missing`,
  );
  return row?.missing ?? false;
}

/** Ordinals of students by 学号; numbers that nobody has are absent. */
export async function ordinalsByNumber(tx: Tx, numbers: readonly string[]): Promise<Map<string, number>> {
  const read = () =>
    query<{ number: string; ordinal: number | null }>(
      tx,
      sql`SELECT s.number, o.ordinal FROM directory.published_student_v1 s
            LEFT JOIN early_warning.student_ordinal o ON o.student_id = s.id
           WHERE s.number = ANY(${numbers}::text[]) AND (o.ordinal IS NOT NULL OR ${NOT_ERASED})`,
    );
  let rows = await read();
  if (rows.some((row) => row.ordinal === null) && (await ensureOrdinals(tx))) rows = await read();
  return new Map(rows.flatMap((row) => (row.ordinal === null ? [] : [[row.number, row.ordinal]])));
}

/** Ordinals of students by id; ids that are no student's are absent. */
export async function ordinalsById(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  const read = () =>
    query<{ id: string; ordinal: number }>(
      tx,
      sql`SELECT student_id AS id, ordinal FROM early_warning.student_ordinal WHERE student_id = ANY(${ids}::uuid[])`,
    );
  let rows = await read();
  if (rows.length < new Set(ids).size) {
    await ensureOrdinals(tx);
    rows = await read();
  }
  return new Map(rows.map((row) => [row.id, row.ordinal]));
}

/** Units that students belong to as students; a grid, and the school above it, come with a room. */
const OF_STUDENTS: UnitKind[] = ['college', 'academy', 'major', 'class', 'course_class'];

/** Lanes of whoever was a student on a day, also of those who have left since; ascending. Whoever has a room alone is none. */
export async function studentsOn(tx: Tx, day: string): Promise<number[]> {
  const rows = await query<{ ordinal: number }>(
    tx,
    sql`SELECT o.ordinal FROM early_warning.student_ordinal o
         WHERE o.student_id IN (SELECT m.person_id FROM directory.published_membership_v1 m
                                 WHERE m.unit_kind = ANY (${OF_STUDENTS}::text[]) AND ${holdsOn(sql`m`, day)})
         ORDER BY o.ordinal`,
  );
  return rows.map(({ ordinal }) => ordinal);
}
