import type { AppointmentKind, UnitKind } from '#contracts';
import { query, queryOne, sql, type Sql, type Tx } from '#database';
import { holdsOn, unitsAbove } from './scope.js';

export interface Person {
  id: string;
  kind: 'student' | 'staff';
  number: string;
  name: string;
  sex: string;
  grade: string | null;
  active: boolean;
}

export interface Appointment {
  personId: string;
  kind: AppointmentKind;
  unitId: string;
  unitKind: UnitKind;
}

export interface Membership {
  personId: string;
  unitId: string;
  unitKind: UnitKind;
}

/** Predicate: a column is one of these. Of one, PostgreSQL keeps the plan; how many an array holds, a plan for all cannot say. */
function among(column: Sql, ids: readonly string[]): Sql {
  return ids.length === 1 ? sql`${column} = ${ids[0]}` : sql`${column} = ANY(${ids}::uuid[])`;
}

/** One person of the directory, students and staff alike. */
export async function personById(tx: Tx, id: string): Promise<Person | undefined> {
  return (await peopleByIds(tx, [id]))[0];
}

/** With the posts they hold on a date. */
export interface PersonWithPosts extends Person {
  posts: Omit<Appointment, 'personId'>[];
}

/** One person with the posts they hold on a date. */
export async function personWithPosts(tx: Tx, id: string, date: string): Promise<PersonWithPosts | undefined> {
  return (await peopleWithPosts(tx, [id], date))[0];
}

/** People with the posts they hold on a date; who is not there is absent from the answer. */
export async function peopleWithPosts(tx: Tx, ids: readonly string[], date: string): Promise<PersonWithPosts[]> {
  return query<PersonWithPosts>(
    tx,
    sql`SELECT p.id, p.kind, p.number, p.name, p.sex, p.grade, p.active, coalesce(
               (SELECT json_agg(json_build_object('kind', a.kind, 'unitId', a.unit_id, 'unitKind', u.kind))
                  FROM staffing.published_appointment_v1 a JOIN directory.published_unit_v1 u ON u.id = a.unit_id
                 WHERE a.person_id = p.id AND ${holdsOn(sql`a`, date)}), '[]') AS posts
          FROM directory.published_person_v1 p WHERE ${among(sql`p.id`, ids)}`,
  );
}

/** SQL: the person in a column as answers show them (`PersonRefDto`); null where there is none. */
export function personRef(column: Sql): Sql {
  return sql`(SELECT json_build_object('id', p.id, 'number', p.number, 'name', p.name) FROM directory.published_person_v1 p WHERE p.id = ${column})`;
}

export async function peopleByIds(tx: Tx, ids: readonly string[]): Promise<Person[]> {
  return query<Person>(
    tx,
    sql`SELECT id, kind, number, name, sex, grade, active FROM directory.published_person_v1 WHERE ${among(sql`id`, ids)}`,
  );
}

/** Ids of students by 学号; numbers that nobody has are absent from the answer. */
export async function studentIdsByNumber(tx: Tx, numbers: readonly string[]): Promise<Map<string, string>> {
  const rows = await query<{ id: string; number: string }>(
    tx,
    sql`SELECT id, number FROM directory.published_student_v1 WHERE number = ANY(${numbers}::text[])`,
  );
  return new Map(rows.map((row) => [row.number, row.id]));
}

/** The posts a person holds on a date. */
export async function appointmentsOf(tx: Tx, personId: string, date: string): Promise<Appointment[]> {
  return query<Appointment>(
    tx,
    sql`SELECT a.person_id AS "personId", a.kind, a.unit_id AS "unitId", u.kind AS "unitKind"
          FROM staffing.published_appointment_v1 a JOIN directory.published_unit_v1 u ON u.id = a.unit_id
         WHERE a.person_id = ${personId} AND a.valid_from <= ${date} AND (a.valid_to IS NULL OR a.valid_to > ${date})`,
  );
}

/** Everybody who holds a kind of post on a date, with all their posts. */
export async function holdersOf(
  tx: Tx,
  kind: AppointmentKind,
  date: string,
): Promise<{ personId: string; posts: Omit<Appointment, 'personId'>[] }[]> {
  return query(
    tx,
    sql`SELECT a.person_id AS "personId", json_agg(json_build_object('kind', a.kind, 'unitId', a.unit_id, 'unitKind', u.kind)) AS posts
          FROM staffing.published_appointment_v1 a JOIN directory.published_unit_v1 u ON u.id = a.unit_id
         WHERE ${holdsOn(sql`a`, date)} GROUP BY a.person_id HAVING bool_or(a.kind = ${kind}) ORDER BY a.person_id`,
  );
}

/** Who answered for each of the students on a date: one row per student and appointment. */
export async function responsibleFor(
  tx: Tx,
  studentIds: readonly string[],
  date: string,
  kinds: readonly AppointmentKind[] = ['counselor'],
): Promise<(Appointment & { studentId: string })[]> {
  return query(
    tx,
    sql`SELECT DISTINCT m.person_id AS "studentId", a.person_id AS "personId", a.kind, a.unit_id AS "unitId", m.unit_kind AS "unitKind"
          FROM directory.published_membership_v1 m JOIN staffing.published_appointment_v1 a ON a.unit_id = m.unit_id
         WHERE ${among(sql`m.person_id`, studentIds)} AND a.kind = ANY(${kinds}::text[])
           AND m.valid_from <= ${date} AND (m.valid_to IS NULL OR m.valid_to > ${date})
           AND a.valid_from <= ${date} AND (a.valid_to IS NULL OR a.valid_to > ${date})`,
  );
}

/** SQL: who answers for a student on a date, as JSON `[{ personId, kind, name }]`, in the order of `kinds`. */
export function responsibleStaffOf(studentId: Sql, date: string, kinds: readonly AppointmentKind[]): Sql {
  return sql`(SELECT coalesce(json_agg(json_build_object('personId', a.person_id, 'kind', a.kind, 'name', a.name)
                       ORDER BY array_position(${kinds}::text[], a.kind), a.person_id), '[]')
    FROM (SELECT DISTINCT a.person_id, a.kind, p.name
            FROM directory.published_membership_v1 m JOIN staffing.published_appointment_v1 a ON a.unit_id = m.unit_id
            JOIN directory.published_person_v1 p ON p.id = a.person_id
           WHERE m.person_id = ${studentId} AND a.kind = ANY(${kinds}::text[]) AND ${holdsOn(sql`m`, date)} AND ${holdsOn(sql`a`, date)}) a)`;
}

/** Who holds a post on a date over a unit or a place: over itself, or over one above it. */
export async function postsOver(
  tx: Tx,
  unitId: string,
  date: string,
  kinds: readonly AppointmentKind[],
): Promise<Appointment[]> {
  return query(
    tx,
    sql`SELECT DISTINCT a.person_id AS "personId", a.kind, a.unit_id AS "unitId", u.kind AS "unitKind"
          FROM staffing.published_appointment_v1 a JOIN directory.published_unit_v1 u ON u.id = a.unit_id
         WHERE a.unit_id IN (${unitsAbove(sql`${unitId}::uuid`)}) AND a.kind = ANY(${kinds}::text[]) AND ${holdsOn(sql`a`, date)}`,
  );
}

/** Who holds a post on a date over units themselves, by their codes; units of several kinds may have the same code. */
export async function postsOverNamed(
  tx: Tx,
  codes: readonly string[],
  date: string,
  kinds: readonly AppointmentKind[],
): Promise<(Appointment & { code: string })[]> {
  return query(
    tx,
    sql`SELECT DISTINCT a.person_id AS "personId", a.kind, a.unit_id AS "unitId", u.kind AS "unitKind", u.code
          FROM directory.published_unit_v1 u JOIN staffing.published_appointment_v1 a ON a.unit_id = u.id
         WHERE u.code = ANY(${codes}::text[]) AND a.kind = ANY(${kinds}::text[]) AND ${holdsOn(sql`a`, date)}`,
  );
}

/** The units and places (all levels) people belong to on a date; `kinds` narrows them. */
export async function membershipsOf(
  tx: Tx,
  personIds: readonly string[],
  date: string,
  kinds?: readonly UnitKind[],
): Promise<Membership[]> {
  return query<Membership>(
    tx,
    sql`SELECT person_id AS "personId", unit_id AS "unitId", unit_kind AS "unitKind"
          FROM directory.published_membership_v1
         WHERE person_id = ANY(${personIds}::uuid[]) AND valid_from <= ${date} AND (valid_to IS NULL OR valid_to > ${date})
           AND (${kinds ?? null}::text[] IS NULL OR unit_kind = ANY(${kinds ?? null}::text[]))`,
  );
}

/** An active student of each grade of each college on a date, to try rules on; at most 200 of them. */
export async function sampleStudents(
  tx: Tx,
  date: string,
): Promise<{ id: string; grade: string | null; college: string }[]> {
  return query(
    tx,
    sql`SELECT DISTINCT ON (u.code, s.grade) s.id, s.grade, u.name AS college
          FROM directory.published_student_v1 s JOIN directory.published_membership_v1 m ON m.person_id = s.id
          JOIN directory.published_unit_v1 u ON u.id = m.unit_id
         WHERE s.active AND m.unit_kind = 'college' AND NOT m.secondary AND ${holdsOn(sql`m`, date)}
         ORDER BY u.code, s.grade, s.id LIMIT 200`,
  );
}

export interface Unit {
  id: string;
  kind: UnitKind;
  code: string;
  name: string;
  parentId: string | null;
  active: boolean;
}

/** A unit or a place by id. */
export async function unitById(tx: Tx, id: string): Promise<Unit | undefined> {
  return queryOne<Unit>(
    tx,
    sql`SELECT id, kind, code, name, parent_id AS "parentId", active FROM directory.published_unit_v1 WHERE id = ${id}`,
  );
}

/** A term; `endsOn` is the day after its last. */
export interface Term {
  id: string;
  startsOn: string;
  endsOn: string;
}

/** The term a date lies in, when there is one. */
export async function termOf(tx: Tx, date: string): Promise<Term | undefined> {
  return queryOne(
    tx,
    sql`SELECT id, starts_on::text AS "startsOn", ends_on::text AS "endsOn" FROM directory.published_term_v1
         WHERE kind = 'term' AND starts_on <= ${date} AND ends_on > ${date} ORDER BY starts_on DESC LIMIT 1`,
  );
}

/** The last term that is over on a date, when there is one. */
export async function lastTermOf(tx: Tx, date: string): Promise<Term | undefined> {
  return queryOne(
    tx,
    sql`SELECT id, starts_on::text AS "startsOn", ends_on::text AS "endsOn" FROM directory.published_term_v1
         WHERE kind = 'term' AND ends_on <= ${date} ORDER BY ends_on DESC LIMIT 1`,
  );
}
