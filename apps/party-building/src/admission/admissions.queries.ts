import { query, queryOne, sql, type Sql, type Tx } from '#database';
import { holdsOn } from '#roster';
import { AdmissionEntry } from './admission.entity.js';
import type { Stage } from './rule-set.js';

export interface AdmissionRow {
  id: string;
  person: { id: string; number: string; name: string };
  organization: { id: string; code: string; name: string };
  status: 'open' | 'withdrawn';
  stage: Stage;
  step: number;
  appliedOn: string;
  birthDate: string;
  ruleVersion: string;
  policyNumber: number;
  dueOn: string | null;
  dueStep: number | null;
  version: number;
}

/** An admission (alias `a`) with its person and branch. */
export const COLUMNS = sql`a.id, a.status, a.stage, a.step, a.applied_on::text AS "appliedOn", a.birth_date::text AS "birthDate",
  a.rule_version AS "ruleVersion", a.policy_number AS "policyNumber", a.due_on::text AS "dueOn", a.due_step AS "dueStep", a.version,
  json_build_object('id', p.id, 'number', p.number, 'name', p.name) AS person,
  json_build_object('id', o.id, 'code', o.code, 'name', o.name) AS organization`;
export const TABLES = sql`party_building.admission a JOIN directory.published_person_v1 p ON p.id = a.person_id
  JOIN party_building.organization o ON o.id = a.organization_id`;

/** One admission; `where` is a predicate over `a`. */
export async function selectAdmission(tx: Tx, where: Sql): Promise<AdmissionRow | undefined> {
  return queryOne<AdmissionRow>(tx, sql`SELECT ${COLUMNS} FROM ${TABLES} WHERE ${where}`);
}

/** Everything entered about the admissions, in the order of entering. */
export async function entriesOf(tx: Tx, admissionIds: readonly string[]): Promise<Map<string, AdmissionEntry[]>> {
  const entries = await tx
    .createQueryBuilder(AdmissionEntry, 'entry')
    .where('entry.admissionId = ANY(:ids)', { ids: admissionIds })
    .orderBy('entry.number')
    .getMany();
  const byAdmission = new Map<string, AdmissionEntry[]>(admissionIds.map((id) => [id, []]));
  for (const entry of entries) byAdmission.get(entry.admissionId)?.push(entry);
  return byAdmission;
}

/** Those of the people who are full members of the Party on a date. */
export async function fullMembersAmong(tx: Tx, personIds: readonly string[], on: string): Promise<Set<string>> {
  const rows = await query<{ id: string }>(
    tx,
    sql`SELECT m.person_id AS id FROM party_building.member m
         WHERE m.person_id = ANY(${personIds}::uuid[]) AND m.kind = 'full_member' AND ${holdsOn(sql`m`, on)}`,
  );
  return new Set(rows.map((row) => row.id));
}

/** Does the branch, or an organization above it, span a unit the person belonged to on the date? */
export async function isOwnOrganization(tx: Tx, branchId: string, personId: string, on: string): Promise<boolean> {
  const found = await queryOne(
    tx,
    sql`WITH RECURSIVE above AS (
          SELECT id, parent_id, unit_ids FROM party_building.organization WHERE id = ${branchId}
          UNION ALL
          SELECT o.id, o.parent_id, o.unit_ids FROM party_building.organization o JOIN above ON o.id = above.parent_id)
        SELECT 1 FROM directory.published_membership_v1 m
         WHERE m.person_id = ${personId} AND ${holdsOn(sql`m`, on)}
           AND m.unit_id IN (SELECT unnest(unit_ids) FROM above)`,
  );
  return found !== undefined;
}

/** Party organizers who carry the branches on a date, by branch: those nearest to it, over its units or of the organizations above it. */
export async function organizersOf(tx: Tx, branchIds: readonly string[], date: string): Promise<Map<string, string[]>> {
  const rows = await query<{ branch: string; personIds: string[] }>(
    tx,
    sql`WITH RECURSIVE organizations AS (
          SELECT id AS branch, parent_id, unit_ids, 0 AS depth FROM party_building.organization WHERE id = ANY(${branchIds}::uuid[])
          UNION ALL
          SELECT b.branch, o.parent_id, o.unit_ids, b.depth + 1 FROM party_building.organization o JOIN organizations b ON o.id = b.parent_id),
        units AS (
          SELECT o.branch, o.depth, 0 AS distance, unnest(o.unit_ids) AS id FROM organizations o
          UNION ALL
          SELECT b.branch, b.depth, b.distance + 1, u.parent_id FROM directory.published_unit_v1 u JOIN units b ON u.id = b.id
           WHERE u.parent_id IS NOT NULL),
        ranked AS (
          SELECT u.branch, a.person_id, rank() OVER (PARTITION BY u.branch ORDER BY u.depth, u.distance) AS rank
            FROM units u JOIN staffing.published_appointment_v1 a ON a.unit_id = u.id AND a.kind = 'party_organizer' AND ${holdsOn(sql`a`, date)})
        SELECT branch, array_agg(DISTINCT person_id) AS "personIds" FROM ranked WHERE rank = 1 GROUP BY branch`,
  );
  return new Map(rows.map(({ branch, personIds }) => [branch, personIds]));
}

/** SQL: cultivation contacts and how many open admissions (alias `a`, limited by `within`) each accompanies. */
export function contactLoads(within: Sql): Sql {
  return sql`
    WITH latest AS (
      SELECT DISTINCT ON (e.admission_id, e.step) e.admission_id, e.evidence
        FROM party_building.admission_entry e
        JOIN party_building.admission a ON a.id = e.admission_id AND a.status = 'open'
       WHERE e.kind = 'record' AND ${within}
         AND NOT EXISTS (SELECT 1 FROM party_building.admission_entry r WHERE r.reverses_id = e.id)
       ORDER BY e.admission_id, e.step, e.number DESC
    )
    SELECT p.id AS "personId", p.number, p.name, count(DISTINCT latest.admission_id)::int AS admissions
      FROM latest
      CROSS JOIN LATERAL jsonb_to_recordset(latest.evidence -> 'people') AS named(role text, "personId" uuid)
      JOIN directory.published_person_v1 p ON p.id = named."personId"
     WHERE named.role = 'contact'
     GROUP BY p.id, p.number, p.name`;
}
