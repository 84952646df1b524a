import type pg from 'pg';

const PER_CLASS = 25;
const CLASSES_PER_COLLEGE = 80;
const CLASSES_OF_COUNSELOR = 8;
const PER_BUILDING = 500;
const NIGHTS = 60;

export interface BenchCampus {
  counselorId: string;
  /** Student-affairs officer over the whole school. */
  officerId: string;
  /** The counselor's own; the others have nobody to decide on their leaves. */
  ownStudentIds: string[];
  students: number;
}

/** What is told apart by the two digits of its ids. */
const KINDS = { unit: 1, class: 2, student: 3, staff: 4, place: 5, device: 6, warning: 7, night: 8, finding: 9 };

/** Id of the n-th of a kind, the same in every database. */
export function benchId(kind: keyof typeof KINDS, n: number): string {
  return `00000000-0000-7000-80${String(KINDS[kind]).padStart(2, '0')}-${n.toString(16).padStart(12, '0')}`;
}

/** The same in SQL. */
function idOf(kind: keyof typeof KINDS, n: string): string {
  return `('00000000-0000-7000-80${String(KINDS[kind]).padStart(2, '0')}-' || lpad(to_hex((${n})::bigint), 12, '0'))::uuid`;
}

/**
 * `students` in classes of 25, each in a bed of a building of 500; a counselor with 200 of them and an officer over the school; one and a
 * half open warnings a student; sixty checked nights with findings for a student in 33. Ids, names and instants are the same for every
 * database of a run, whatever version its schema has. `at`: the instant that all others are counted from.
 */
export async function makeCampus(pool: pg.Pool, students = 2_000, at = new Date()): Promise<BenchCampus> {
  const run = async (text: string, values: unknown[] = []): Promise<void> => void (await pool.query(text, values));
  await makeUnits(run, students);
  await makePlaces(run, students);
  await makePeople(run, students);
  await makeWarnings(run, students, at);
  await makeNights(run, students, at);
  await run('ANALYZE');
  return {
    counselorId: benchId('staff', 1),
    officerId: benchId('staff', 2),
    ownStudentIds: Array.from({ length: CLASSES_OF_COUNSELOR * PER_CLASS }, (_, n) => benchId('student', n)),
    students,
  };
}

type Run = (text: string, values?: unknown[]) => Promise<void>;

async function makeUnits(run: Run, students: number): Promise<void> {
  const classes = students / PER_CLASS;
  await run(`INSERT INTO directory.unit (id, kind, code, name) VALUES (${idOf('unit', '0')}, 'school', 'S', '学校')`);
  await run(
    `INSERT INTO directory.unit (id, kind, code, name, parent_id)
     SELECT ${idOf('unit', 'n')}, 'college', 'C' || n, '学院' || n, ${idOf('unit', '0')} FROM generate_series(1, $1::int) n`,
    [Math.ceil(classes / CLASSES_PER_COLLEGE)],
  );
  await run(
    `INSERT INTO directory.unit (id, kind, code, name, parent_id)
     SELECT ${idOf('class', 'n')}, 'class', 'K' || n, '班级' || n, ${idOf('unit', `1 + n / ${CLASSES_PER_COLLEGE}`)}
       FROM generate_series(0, $1::int - 1) n`,
    [classes],
  );
  await run(pathsOf('unit'));
}

async function makePlaces(run: Run, students: number): Promise<void> {
  const level = async (kind: string, first: number, count: number, parent: string): Promise<void> =>
    run(
      `INSERT INTO directory.place (id, kind, code, name, parent_id)
       SELECT ${idOf('place', `${first} + n`)}, '${kind}', '${kind}' || n, '${kind}' || n, ${parent} FROM generate_series(0, $1::int - 1) n`,
      [count],
    );
  const buildings = Math.ceil(students / PER_BUILDING);
  await level('building', 0, buildings, 'NULL');
  await level('floor', FLOORS, buildings * 5, idOf('place', 'n / 5'));
  await level('room', ROOMS, buildings * 125, idOf('place', `${FLOORS} + n / 25`));
  await level('bed', BEDS, buildings * PER_BUILDING, idOf('place', `${ROOMS} + n / 4`));
  await run(pathsOf('place'));
}

const [FLOORS, ROOMS, BEDS] = [10_000, 100_000, 1_000_000];

function pathsOf(table: 'unit' | 'place'): string {
  return `WITH RECURSIVE path AS (
      SELECT id AS descendant_id, id AS ancestor_id, parent_id FROM directory.${table}
      UNION ALL SELECT p.descendant_id, u.id, u.parent_id FROM path p JOIN directory.${table} u ON u.id = p.parent_id)
    INSERT INTO directory.${table}_path (ancestor_id, descendant_id) SELECT ancestor_id, descendant_id FROM path`;
}

async function makePeople(run: Run, students: number): Promise<void> {
  await run(
    `INSERT INTO directory.person (id, kind, number, name, sex, grade)
     SELECT ${idOf('student', 'n')}, 'student', 'B' || lpad(n::text, 6, '0'),
            substr('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗', 1 + n % 20, 1) || substr($2, 1 + (n * 7) % 25, 1) || substr($2, 1 + (n / 25 * 11) % 25, 1),
            '1', '2024' FROM generate_series(0, $1::int - 1) n`,
    [students, '子涵雨轩浩然欣怡梓宇晨思远嘉琪俊杰文博天明志强云'],
  );
  await run(
    `INSERT INTO directory.person (id, kind, number, name)
     VALUES (${idOf('staff', '1')}, 'staff', 'T1', '辅导员'), (${idOf('staff', '2')}, 'staff', 'T2', '学工干部')`,
  );
  await run(
    `INSERT INTO directory.membership (id, person_id, unit_id, valid_from)
     SELECT gen_random_uuid(), ${idOf('student', 'n')}, ${idOf('class', `n / ${PER_CLASS}`)}, date '2024-09-01' FROM generate_series(0, $1::int - 1) n`,
    [students],
  );
  await run(
    `INSERT INTO directory.residence (id, person_id, bed_id, valid_from)
     SELECT gen_random_uuid(), ${idOf('student', 'n')}, ${idOf('place', `${BEDS} + n`)}, date '2024-09-01' FROM generate_series(0, $1::int - 1) n`,
    [students],
  );
  await run(
    `INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from)
     SELECT gen_random_uuid(), ${idOf('staff', '1')}, 'counselor', ${idOf('class', 'n')}, date '2024-09-01'
       FROM generate_series(0, ${CLASSES_OF_COUNSELOR - 1}) n
     UNION ALL SELECT gen_random_uuid(), ${idOf('staff', '2')}, 'student_affairs_officer', ${idOf('unit', '0')}, date '2024-09-01'`,
  );
}

async function makeWarnings(run: Run, students: number, at: Date): Promise<void> {
  const days = Array.from({ length: 28 }, (_, i) => ({
    day: `2026-11-${String(i + 1).padStart(2, '0')}`,
    value: i % 5,
  }));
  const feature = { metric: 'dorm_late_minutes', agg: 'sum', unit: 'min', value: 42, coverage: '28/28' };
  const window = { from: '2026-11-01', to: '2026-11-28' };
  const evidence = {
    ...{ rule: 'late-nights', number: 1, asOf: '2026-11-28', hwm: 1, level: 'yellow', threshold: 3 },
    features: Object.fromEntries(['late', 'absent', 'spend'].map((name) => [name, { ...feature, window, days }])),
    ...{ conditions: [], parameters: { version: 1, values: {} }, sources: [] },
  };
  const history = [{ at: '2026-11-28T00:10:00.000Z', by: 'engine', what: 'raised', level: 'yellow', number: 1 }];
  await run(
    `INSERT INTO early_warning.warning (id, rule_code, rule_id, student_id, level, level_rank, status, first_day, last_day, raised_at, hwm,
       reason_zh, reason_en, evidence, history)
     SELECT ${idOf('warning', 'n')}, r.code, r.id, ${idOf('student', `n % ${students}`)}, 'yellow', 2, 'open', '2026-11-20', '2026-11-28',
            $2::timestamptz - n * interval '1 second', 1, '近 7 天晚归 3 次', 'Late 3 times in 7 days', $3::jsonb, $4::jsonb
       FROM generate_series(0, $1::int - 1) n
       JOIN (SELECT id, code, row_number() OVER (ORDER BY code) - 1 AS i FROM early_warning.rule
                WHERE definition -> 'visibility' IS NULL ORDER BY code LIMIT 2) r ON r.i = n / ${students}`,
    [students * 1.5, at, JSON.stringify(evidence), JSON.stringify(history)],
  );
}

async function makeNights(run: Run, students: number, at: Date): Promise<void> {
  const buildings = Math.ceil(students / PER_BUILDING);
  const night = `($1::timestamptz AT TIME ZONE 'Asia/Shanghai')::date - 1 - i`;
  await run(
    `INSERT INTO safety.night (id, night, revision, policy_number, checked_at, students, buildings, outages)
     SELECT ${idOf('night', 'i')}, ${night}, 1, 0, $1::timestamptz - i * interval '1 day', $2, (SELECT array_agg(${idOf('place', 'b')} ORDER BY b)
              FROM generate_series(0, $3::int - 1) b), '[]' FROM generate_series(0, ${NIGHTS - 1}) i`,
    [at, students, buildings],
  );
  await run(
    `INSERT INTO safety.night_finding (id, night, student_id, building_id, finding, observed, excuse, revision)
     SELECT ${idOf('finding', `i * 100000 + n`)}, ${night}, ${idOf('student', 'n')}, ${idOf('place', `n / ${PER_BUILDING}`)},
            (ARRAY['late','late','late','excused','excused','not_returned','suppressed','unknown'])[1 + (n + i) % 8],
            (ARRAY['late','late','late','late','late','not_returned','late','unknown'])[1 + (n + i) % 8],
            CASE WHEN (n + i) % 8 = 3 THEN 'leave' WHEN (n + i) % 8 = 4 THEN 'late_pass' END, 1
       FROM generate_series(0, ${NIGHTS - 1}) i, generate_series(0, $2::int - 1) n WHERE (n + i * 37) % 33 = 0`,
    [at, students],
  );
  await run(
    `INSERT INTO safety.device (id, code, name, status, building_id, approved_at)
     SELECT ${idOf('device', 'n')}, 'GATE' || n, '大门', 'active', ${idOf('place', 'n')}, now() FROM generate_series(0, $1::int - 1) n`,
    [buildings],
  );
}
