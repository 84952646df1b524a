import { query, queryOne, sql, type Sql, type Tx } from '#database';
import { fileTable } from '#files';
import { holdsOn } from '#roster';
import type { Facts } from './certificate.facts.js';
import { CERTIFICATE_FILE } from './certificate.files.js';

/** SQL over `c`: what a certificate is worth on a day (YYYY-MM-DD). */
export function statusOn(day: string): Sql {
  return sql`CASE WHEN c.erased THEN 'erased' WHEN c.revoked_at IS NOT NULL THEN 'revoked'
    WHEN c.expires_on < ${day}::date THEN 'expired' ELSE 'valid' END`;
}

/** Columns of a certificate as answers show it, over `c`. */
export function columnsOn(day: string): Sql {
  return sql`c.id, c.number, c.kind, c.name, c.language, ${statusOn(day)} AS status,
    (SELECT json_build_object('id', p.id, 'number', p.number, 'name', p.name) FROM directory.published_person_v1 p WHERE p.id = c.student_id) AS student,
    c.issued_on::text AS "issuedOn", c.expires_on::text AS "expiresOn", c.sha256, c.revoked_at AS "revokedAt", c.revoked_by AS "revokedBy",
    c.job_id AS "jobId", c.issued_by_person AS "issuedByPerson", c.issued_by_app AS "issuedByApp",
    (SELECT json_build_object('id', f.id, 'name', f.name, 'mediaType', f.media_type, 'bytes', f.bytes)
       FROM ${fileTable('affairs')} f WHERE f.subject_id = c.id AND f.purpose = ${CERTIFICATE_FILE.name}) AS file,
    c.created_at AS "createdAt", c.version`;
}

interface Told {
  name: string;
  number: string;
  sex: string;
  grade: string | null;
  units: Record<string, string>;
}

/** What the roster says of students on a day, by id; sex as its code; students who are no longer active are left out. */
export async function factsOf(tx: Tx, studentIds: readonly string[], day: string): Promise<Map<string, Facts>> {
  const rows = await query<Told & { id: string }>(
    tx,
    sql`SELECT s.id, s.name, s.number, s.sex, s.grade, coalesce(
               (SELECT json_object_agg(u.kind, u.name) FROM (
                  SELECT DISTINCT ON (m.unit_kind) m.unit_kind AS kind, u.name
                    FROM directory.published_membership_v1 m JOIN directory.published_unit_v1 u ON u.id = m.unit_id
                   WHERE m.person_id = s.id AND NOT m.secondary AND ${holdsOn(sql`m`, day)}
                     AND m.unit_kind IN ('school', 'college', 'major', 'class', 'campus', 'building', 'room')
                   ORDER BY m.unit_kind, m.valid_from DESC, u.code) u), '{}') AS units
          FROM directory.published_student_v1 s WHERE s.id = ANY(${studentIds}::uuid[]) AND s.active`,
  );
  return new Map(rows.map(({ id, ...row }) => [id, told(row)]));
}

function told({ name, number, sex, grade, units }: Told): Facts {
  const { school, college, major, class: class_, campus, building, room } = units;
  const known = { name, number, sex, school, college, major, class: class_, grade, campus, building };
  // Names of rooms often begin with that of their building.
  const within = building && room?.startsWith(building) && room !== building ? room.slice(building.length) : room;
  return Object.fromEntries(Object.entries({ ...known, room: within }).filter(([, value]) => value)) as Facts;
}

/** The next number of a year. It is used up, whatever becomes of the certificate: so nobody waits for anybody, and numbers may be left out. */
export async function drawNumber(tx: Tx, year: number): Promise<string> {
  const row = await queryOne<{ last: number }>(
    tx,
    sql`INSERT INTO affairs.certificate_number (year, last) VALUES (${year}, 1)
        ON CONFLICT (year) DO UPDATE SET last = certificate_number.last + 1 RETURNING last`,
  );
  return `${year}-${String(row!.last).padStart(6, '0')}`;
}

/** What a student's certificates said goes; that there were some, and the hashes of their files, stays. Texts and files are the caller's. */
export async function markErased(tx: Tx, studentId: string): Promise<void> {
  await query(tx, sql`UPDATE affairs.certificate SET erased = TRUE WHERE student_id = ${studentId}`);
}
