import { query, sql, type Tx } from '#database';
import { type Scope, unitInScope } from '#roster';
import type { GivenRow } from './appointment-rows.js';

export interface ResolvedRow {
  line: number;
  /** Active staff with the row's number, or null. */
  personId: string | null;
  /** Active unit or place with the row's code within the scope, or null. */
  unitId: string | null;
}

/** The people and units behind the rows' numbers and codes. */
export async function resolveRows(tx: Tx, rows: GivenRow[], scope: Scope): Promise<Map<number, ResolvedRow>> {
  const given = rows.map(({ line, staffNumber, unitKind, unitCode }) => ({ line, staffNumber, unitKind, unitCode }));
  const resolved = await query<ResolvedRow>(
    tx,
    sql`SELECT r.line, p.id AS "personId", u.id AS "unitId"
          FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
            AS r(line int, "staffNumber" text, "unitKind" text, "unitCode" text)
          LEFT JOIN directory.published_person_v1 p ON p.kind = 'staff' AND p.number = r."staffNumber" AND p.active
          LEFT JOIN directory.published_unit_v1 u
            ON u.kind = r."unitKind" AND u.code = r."unitCode" AND u.active AND ${unitInScope(scope, sql`u.id`)}`,
  );
  return new Map(resolved.map((row) => [row.line, row]));
}

export interface StoredRow {
  id: string;
  personId: string;
  kind: string;
  unitId: string;
  fullTime: boolean;
  validFrom: string;
  validTo: string | null;
}

/** All appointments of the people, at any time. */
export async function appointmentsOfAll(tx: Tx, personIds: string[]): Promise<StoredRow[]> {
  return query<StoredRow>(
    tx,
    sql`SELECT id, person_id AS "personId", kind, unit_id AS "unitId", full_time AS "fullTime",
               valid_from::text AS "validFrom", valid_to::text AS "validTo"
          FROM staffing.appointment WHERE person_id = ANY(${personIds}::uuid[])`,
  );
}

/** Writes a plan that was checked for overlaps. What gets shorter goes first, so that nothing overlaps on the way. */
export async function writePlan(tx: Tx, plan: { create: StoredRow[]; change: StoredRow[] }): Promise<void> {
  const change = JSON.stringify(plan.change);
  for (const shorter of [true, false]) {
    await query(
      tx,
      sql`UPDATE staffing.appointment a
             SET full_time = r."fullTime", valid_to = r."validTo", version = a.version + 1, updated_at = now()
            FROM jsonb_to_recordset(${change}::jsonb) AS r(id uuid, "fullTime" boolean, "validTo" date)
           WHERE a.id = r.id AND (a.full_time, a.valid_to) IS DISTINCT FROM (r."fullTime", r."validTo")
             AND (coalesce(r."validTo", 'infinity') <= coalesce(a.valid_to, 'infinity')) = ${shorter}`,
    );
  }
  await query(
    tx,
    sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, full_time, valid_from, valid_to)
        SELECT id, "personId", kind, "unitId", "fullTime", "validFrom", "validTo"
          FROM jsonb_to_recordset(${JSON.stringify(plan.create)}::jsonb)
            AS r(id uuid, "personId" uuid, kind text, "unitId" uuid, "fullTime" boolean,
                 "validFrom" date, "validTo" date)`,
  );
}
