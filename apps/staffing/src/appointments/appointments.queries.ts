import type { AppointmentKind, UnitKind } from '#contracts';
import { query, sql, type Sql, type Tx } from '#database';
import { holdsOn } from '#roster';

export interface AppointmentRow {
  id: string;
  person: { id: string; number: string; name: string };
  kind: AppointmentKind;
  unit: { id: string; kind: UnitKind; code: string; name: string };
  fullTime: boolean;
  validFrom: string;
  validTo: string | null;
  version: number;
}

/** An appointment (alias `a`) with its person and unit. */
export const COLUMNS = sql`a.id, a.kind, a.full_time AS "fullTime", a.valid_from::text AS "validFrom", a.valid_to::text AS "validTo",
  a.version, json_build_object('id', p.id, 'number', p.number, 'name', p.name) AS person,
  json_build_object('id', u.id, 'kind', u.kind, 'code', u.code, 'name', u.name) AS unit`;
export const TABLES = sql`staffing.appointment a JOIN directory.published_person_v1 p ON p.id = a.person_id
  JOIN directory.published_unit_v1 u ON u.id = a.unit_id`;

/** Appointments (alias `a`) with their people and units. `rest` = WHERE and what follows. */
export async function selectAppointments(tx: Tx, rest: Sql): Promise<AppointmentRow[]> {
  return query<AppointmentRow>(tx, sql`SELECT ${COLUMNS} FROM ${TABLES} ${rest}`);
}

/** Who answers for a student on a date: the holders of posts over any unit or place the student belongs to that day. */
export async function responsibleStaffOf(tx: Tx, studentId: string, on: string): Promise<AppointmentRow[]> {
  return selectAppointments(
    tx,
    sql`WHERE ${holdsOn(sql`a`, on)} AND a.unit_id IN (
          SELECT m.unit_id FROM directory.published_membership_v1 m
           WHERE m.person_id = ${studentId} AND ${holdsOn(sql`m`, on)})
        ORDER BY a.kind, a.valid_from, a.id`,
  );
}
