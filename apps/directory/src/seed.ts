import { query, sql, type Tx } from '#database';

/** Fixed ids: `<kind digits><number>`, easy to recognise in a failing test. */
function fixed(kind: number, n: number): string {
  return `00000000-0000-7000-8000-${String(kind).padStart(4, '0')}${String(n).padStart(8, '0')}`;
}

/** The small campus every test runs on: 2 colleges, 2 academies, 16 departments, 3 classes, 12 students, 2 buildings, 8 members of staff. */
export const campus = {
  school: fixed(1, 1),
  colleges: { cs: fixed(2, 1), fl: fixed(2, 2) },
  academies: { mingde: fixed(3, 1), xingjian: fixed(3, 2) },
  department: fixed(4, 1),
  majors: { se: fixed(5, 1), en: fixed(5, 2) },
  classes: { se2401: fixed(6, 1), se2402: fixed(6, 2), en2401: fixed(6, 3) },
  grids: { east: fixed(7, 1), west: fixed(7, 2), vacant: fixed(7, 3) },
  places: { campus: fixed(10, 1), building1: fixed(11, 1), building2: fixed(11, 2) },
  rooms: { b1r101: fixed(13, 1), b1r102: fixed(13, 2), b2r101: fixed(13, 3) },
  term: fixed(20, 2),
  /** 1–4 in class se2401, 5–8 in se2402, 9–12 in en2401; four to a room in the same order. */
  students: Array.from({ length: 12 }, (_, i) => fixed(30, i + 1)),
  staff: {
    counselorCs: fixed(40, 1),
    counselorFl: fixed(40, 2),
    collegeOfficerCs: fixed(40, 3),
    schoolOfficer: fixed(40, 4),
    buildingHead1: fixed(40, 5),
    partyOrganizerCs: fixed(40, 6),
    psychologist: fixed(40, 7),
    classAdvisorSe2401: fixed(40, 8),
  },
} as const;

/** Departments that answer for items of the service catalogue, beside the one for student affairs. */
const DEPARTMENTS: [code: string, name: string][] = [
  ['BWC', '保卫处'],
  ['CWC', '财务处'],
  ['DAG', '档案馆'],
  ['HQC', '后勤处'],
  ['JWC', '教务处'],
  ['JYZX', '就业中心'],
  ['TSG', '图书馆'],
  ['TW', '团委'],
  ['WZB', '武装部'],
  ['XLZX', '心理中心'],
  ['XXZX', '信息中心'],
  ['XYY', '校医院'],
  ['ZSB', '招生办'],
  ['ZZB', '组织部'],
  ['ZZZX', '资助中心'],
];

/** Student numbers of `campus.students`, in order. */
export const studentNumbers = campus.students.map((_, i) => `2024${String(i + 1).padStart(6, '0')}`);

const SINCE = '2024-09-01';

/** Writes the small campus; a second time it changes nothing. */
export async function seed(tx: Tx): Promise<void> {
  const units: [string, string, string, string, string | null][] = [
    [campus.school, 'school', 'YZU', '一站大学', null],
    [campus.colleges.cs, 'college', 'CS', '计算机学院', campus.school],
    [campus.colleges.fl, 'college', 'FL', '外国语学院', campus.school],
    [campus.academies.mingde, 'academy', 'MD', '明德书院', campus.school],
    [campus.academies.xingjian, 'academy', 'XJ', '行健书院', campus.school],
    [campus.department, 'department', 'XGC', '学生处', campus.school],
    ...DEPARTMENTS.map(([code, name], i): [string, string, string, string, string] => [
      ...([fixed(4, i + 2), 'department', code, name, campus.school] as const),
    ]),
    [campus.majors.se, 'major', 'SE', '软件工程', campus.colleges.cs],
    [campus.majors.en, 'major', 'EN', '英语', campus.colleges.fl],
    [campus.classes.se2401, 'class', 'SE2401', '软工2401', campus.majors.se],
    [campus.classes.se2402, 'class', 'SE2402', '软工2402', campus.majors.se],
    [campus.classes.en2401, 'class', 'EN2401', '英语2401', campus.majors.en],
    [campus.grids.east, 'grid', 'G-E', '东区网格', campus.school],
    [campus.grids.west, 'grid', 'G-W', '西区网格', campus.school],
    [campus.grids.vacant, 'grid', 'G-V', '待覆盖网格', campus.school],
  ];
  for (const [id, kind, code, name, parent] of units) {
    await query(
      tx,
      sql`INSERT INTO directory.unit (id, kind, code, name, parent_id) VALUES (${id}, ${kind}, ${code}, ${name}, ${parent}) ON CONFLICT DO NOTHING`,
    );
  }
  await query(
    tx,
    sql`
    WITH RECURSIVE path AS (
      SELECT id AS descendant_id, id AS ancestor_id, parent_id FROM directory.unit
      UNION ALL SELECT p.descendant_id, u.id, u.parent_id FROM path p JOIN directory.unit u ON u.id = p.parent_id)
    INSERT INTO directory.unit_path (ancestor_id, descendant_id) SELECT ancestor_id, descendant_id FROM path ON CONFLICT DO NOTHING`,
  );
  const rooms = [campus.rooms.b1r101, campus.rooms.b1r102, campus.rooms.b2r101];
  const floors = [fixed(12, 1), fixed(12, 2)];
  const places: [string, string, string, string, string | null, string | null][] = [
    [campus.places.campus, 'campus', 'C1', '主校区', null, null],
    [campus.places.building1, 'building', 'B1', '1号楼', campus.places.campus, null],
    [campus.places.building2, 'building', 'B2', '2号楼', campus.places.campus, null],
    [floors[0] as string, 'floor', 'B1-1', '1号楼1层', campus.places.building1, null],
    [floors[1] as string, 'floor', 'B2-1', '2号楼1层', campus.places.building2, null],
    [rooms[0] as string, 'room', 'B1-101', '1号楼101', floors[0] as string, campus.grids.east],
    [rooms[1] as string, 'room', 'B1-102', '1号楼102', floors[0] as string, campus.grids.east],
    [rooms[2] as string, 'room', 'B2-101', '2号楼101', floors[1] as string, campus.grids.west],
    ...campus.students.map((_, i): [string, string, string, string, string | null, string | null] => {
      const room = ['B1-101', 'B1-102', 'B2-101'][Math.floor(i / 4)] as string;
      return [
        fixed(14, i + 1),
        'bed',
        `${room}-${(i % 4) + 1}`,
        `${(i % 4) + 1}号床`,
        rooms[Math.floor(i / 4)] as string,
        null,
      ];
    }),
  ];
  for (const [id, kind, code, name, parent, grid] of places) {
    await query(
      tx,
      sql`INSERT INTO directory.place (id, kind, code, name, parent_id, grid_id) VALUES (${id}, ${kind}, ${code}, ${name}, ${parent}, ${grid}) ON CONFLICT DO NOTHING`,
    );
  }
  await query(
    tx,
    sql`
    WITH RECURSIVE path AS (
      SELECT id AS descendant_id, id AS ancestor_id, parent_id FROM directory.place
      UNION ALL SELECT p.descendant_id, l.id, l.parent_id FROM path p JOIN directory.place l ON l.id = p.parent_id)
    INSERT INTO directory.place_path (ancestor_id, descendant_id) SELECT ancestor_id, descendant_id FROM path ON CONFLICT DO NOTHING`,
  );
  await query(
    tx,
    sql`INSERT INTO directory.term (id, code, name, kind, school_year, starts_on, ends_on, parent_id) VALUES
    (${fixed(20, 1)}, '2026-2027', '2026–2027学年', 'school_year', 2027, '2026-09-01', '2027-07-15', NULL),
    (${campus.term}, '2026-2027-1', '2026–2027学年第一学期', 'term', 2027, '2026-09-01', '2027-01-20', ${fixed(20, 1)}) ON CONFLICT DO NOTHING`,
  );
  const classes = Object.values(campus.classes);
  const academies = [campus.academies.mingde, campus.academies.mingde, campus.academies.xingjian];
  for (const [i, id] of campus.students.entries()) {
    const group = Math.floor(i / 4);
    await query(
      tx,
      sql`INSERT INTO directory.person (id, kind, number, name, sex, birth_date, grade)
      VALUES (${id}, 'student', ${studentNumbers[i]}, ${`学生${i + 1}`}, ${i % 2 ? '2' : '1'}, ${`2006-01-${String(i + 1).padStart(2, '0')}`}, '2024') ON CONFLICT DO NOTHING`,
    );
    await query(
      tx,
      sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from) VALUES
      (${fixed(31, i + 1)}, ${id}, ${classes[group]}, ${SINCE}), (${fixed(32, i + 1)}, ${id}, ${academies[group]}, ${SINCE}) ON CONFLICT DO NOTHING`,
    );
    await query(
      tx,
      sql`INSERT INTO directory.residence (id, person_id, bed_id, valid_from) VALUES (${fixed(33, i + 1)}, ${id}, ${fixed(14, i + 1)}, ${SINCE}) ON CONFLICT DO NOTHING`,
    );
  }
  for (const [i, [post, id]] of Object.entries(campus.staff).entries()) {
    await query(
      tx,
      sql`INSERT INTO directory.person (id, kind, number, name, sex) VALUES (${id}, 'staff', ${`T${String(i + 1).padStart(4, '0')}`}, ${`教师${i + 1}`}, '0') ON CONFLICT DO NOTHING`,
    );
    const unit = post.endsWith('Fl')
      ? campus.colleges.fl
      : post.endsWith('Cs')
        ? campus.colleges.cs
        : campus.department;
    await query(
      tx,
      sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from) VALUES (${fixed(41, i + 1)}, ${id}, ${unit}, ${SINCE}) ON CONFLICT DO NOTHING`,
    );
  }
}
