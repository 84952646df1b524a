import { newId } from '#database';
import type pg from 'pg';

const CLASSES = 80;
const PER_CLASS = 25;
const CLASSES_OF_COUNSELOR = 8;
const WARNINGS = 3_000;

export interface BenchCampus {
  counselorId: string;
  /** The counselor's own; the others have nobody to decide on their leaves. */
  ownStudentIds: string[];
}

/** 2,000 students in 80 classes, a counselor with 200 of them, and 3,000 open warnings: what the HTTP bench asks for. */
export async function makeCampus(pool: pg.Pool): Promise<BenchCampus> {
  const [school, college] = [newId(), newId()];
  const classes = Array.from({ length: CLASSES }, () => newId());
  const studentIds = Array.from({ length: CLASSES * PER_CLASS }, () => newId());
  const counselorId = newId();
  const units: [string, string, string, string | null][] = [
    [school, 'school', 'S', null],
    [college, 'college', 'C', school],
    ...classes.map((id, i): [string, string, string, string | null] => [id, 'class', `K${i}`, college]),
  ];
  for (const [id, kind, code, parent] of units) {
    await pool.query('INSERT INTO directory.unit (id, kind, code, name, parent_id) VALUES ($1, $2, $3, $3, $4)', [
      id,
      kind,
      code,
      parent,
    ]);
  }
  await pool.query(`
    WITH RECURSIVE path AS (
      SELECT id AS descendant_id, id AS ancestor_id, parent_id FROM directory.unit
      UNION ALL SELECT p.descendant_id, u.id, u.parent_id FROM path p JOIN directory.unit u ON u.id = p.parent_id)
    INSERT INTO directory.unit_path (ancestor_id, descendant_id) SELECT ancestor_id, descendant_id FROM path`);
  await pool.query(
    `INSERT INTO directory.person (id, kind, number, name)
     SELECT id, 'student', 'B' || lpad(n::text, 6, '0'), 'Student ' || n FROM unnest($1::uuid[]) WITH ORDINALITY AS s(id, n)`,
    [studentIds],
  );
  await pool.query(`INSERT INTO directory.person (id, kind, number, name) VALUES ($1, 'staff', 'T1', 'Counselor')`, [
    counselorId,
  ]);
  await pool.query(
    `INSERT INTO directory.membership (id, person_id, unit_id, valid_from)
     SELECT gen_random_uuid(), id, ($2::uuid[])[1 + (n - 1) / ${PER_CLASS}], '2024-09-01' FROM unnest($1::uuid[]) WITH ORDINALITY AS s(id, n)`,
    [studentIds, classes],
  );
  await pool.query(
    `INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from)
     SELECT gen_random_uuid(), $1, 'counselor', unnest($2::uuid[]), '2024-09-01'`,
    [counselorId, classes.slice(0, CLASSES_OF_COUNSELOR)],
  );
  await pool.query(
    `INSERT INTO early_warning.warning (id, rule_code, rule_id, student_id, level, level_rank, status, first_day, last_day, raised_at, hwm,
       reason_zh, reason_en, evidence)
     SELECT gen_random_uuid(), r.code, r.id, s.id, 'yellow', 2, 'open', current_date, current_date, now() - n * interval '1 minute', 1,
            '近 7 天晚归 3 次', 'Late 3 times in 7 days', '{}'
       FROM unnest($1::uuid[]) WITH ORDINALITY AS s(id, n)
       JOIN LATERAL (SELECT id, code FROM early_warning.rule ORDER BY code LIMIT 2) r ON true LIMIT ${WARNINGS}`,
    [studentIds],
  );
  await pool.query('ANALYZE');
  return { counselorId, ownStudentIds: studentIds.slice(0, CLASSES_OF_COUNSELOR * PER_CLASS) };
}
