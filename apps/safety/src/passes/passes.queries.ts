import { query, sql, type Sql, type Tx } from '#database';
import type { DeviceStatus, DirectionMode } from '../devices/device.entity.js';
import type { Direction, PassStatus } from './pass.entity.js';

export interface Gate {
  id: string;
  code: string;
  status: DeviceStatus;
  buildingId: string | null;
  directionMode: DirectionMode;
  timeZone: string | null;
  retiredAt: Date | null;
}

/**
 * The gates of these codes, by code; unknown ones become pending, as long as no more than `mostPending` are. They stay as they are until the transaction ends, so
 * that no pass is held for a device that is being approved.
 */
export async function gatesByCode(
  tx: Tx,
  codes: readonly string[],
  newId: () => string,
  mostPending: number,
): Promise<Map<string, Gate>> {
  const read = () =>
    query<Gate>(
      tx,
      sql`SELECT id, code, status, building_id AS "buildingId", direction_mode AS "directionMode",
                 time_zone AS "timeZone", retired_at AS "retiredAt"
            FROM safety.device WHERE code = ANY(${codes}::text[]) ORDER BY id FOR SHARE`,
    );
  let rows = await read();
  if (rows.length < codes.length) {
    const known = new Set(rows.map((row) => row.code));
    const unknown = codes.filter((code) => !known.has(code)).sort();
    await query(
      tx,
      sql`INSERT INTO safety.device (id, code) SELECT * FROM unnest(${unknown.map(newId)}::uuid[], ${unknown}::text[])
           LIMIT greatest(0, ${mostPending}::int - (SELECT count(*) FROM safety.device WHERE status = 'pending'))
          ON CONFLICT (code) DO NOTHING`,
    );
    rows = await read();
  }
  return new Map(rows.map((row) => [row.code, row]));
}

/** How many passes are held for these devices. */
export async function heldPasses(tx: Tx, deviceIds: readonly string[]): Promise<Map<string, number>> {
  if (deviceIds.length === 0) return new Map();
  const rows = await query<{ id: string; held: number }>(
    tx,
    sql`SELECT device_id AS id, count(*)::int AS held FROM safety.pass
         WHERE device_id = ANY(${deviceIds}::uuid[]) AND status = 'held' GROUP BY device_id`,
  );
  return new Map(rows.map(({ id, held }) => [id, held]));
}

export interface NewPass {
  id: string;
  deviceId: string;
  recordId: string;
  studentId: string;
  buildingId: string | null;
  direction: Direction | null;
  at: Date;
  rawAt: string | null;
  correctedAt: Date | null;
  status: 'held' | 'counted';
}

/**
 * Stores passes whose record is not here yet, and never was: what was corrected does not come back. Returns the ids of those. Within one
 * call the first of a record wins.
 */
export async function insertPasses(tx: Tx, passes: readonly NewPass[]): Promise<Set<string>> {
  if (passes.length === 0) return new Set();
  // Mostly all of them are new: then their ids need not come back.
  const [row] = await query<{ ids: string[] | null }>(
    tx,
    sql`WITH stored AS (
          INSERT INTO safety.pass (id, device_id, record_id, student_id, building_id, direction, at, raw_at, corrected_at, status)
          SELECT * FROM ${rowsOf(passes)} AS n
           WHERE NOT EXISTS (SELECT 1 FROM safety.pass r WHERE r.device_id = n.device_id AND r.record_id = n.record_id
                                AND r.at = n.at AND r.status = 'replaced')
          ON CONFLICT (device_id, record_id, at, (status = 'held')) WHERE status <> 'replaced' DO NOTHING
          RETURNING id)
        SELECT CASE WHEN count(*) < ${passes.length}::int THEN coalesce(array_agg(id), '{}') END AS ids FROM stored`,
  );
  return new Set(row!.ids ?? passes.map(({ id }) => id));
}

/**
 * Which numbers of these passes, which this transaction has stored, had been used before for another instant, by `recordKey`. Looked up is
 * those of a device whose first or last pass among these shows that it has begun its numbers anew: the others would have to be looked
 * for in every month.
 */
export async function numbersUsedBefore(tx: Tx, stored: readonly NewPass[]): Promise<Set<string>> {
  const ends = new Map<string, { first: NewPass; last: NewPass }>();
  for (const pass of stored) {
    const { first, last } = ends.get(pass.deviceId) ?? { first: pass, last: pass };
    ends.set(pass.deviceId, { first: pass.at < first.at ? pass : first, last: pass.at >= last.at ? pass : last });
  }
  const used = async (passes: readonly NewPass[]): Promise<{ deviceId: string; recordId: string }[]> =>
    passes.length === 0
      ? []
      : query(
          tx,
          // eslint-disable-next-line house/no-database-time -- what this transaction has written itself was created now
          sql`SELECT DISTINCT n.device_id AS "deviceId", n.record_id AS "recordId" FROM ${rowsOf(passes)} AS n
                JOIN safety.pass o ON o.device_id = n.device_id AND o.record_id = n.record_id AND o.at <> n.at
               WHERE o.status <> 'replaced' AND o.created_at < now()`,
        );
  const devices = new Set(
    (await used([...new Set([...ends.values()].flatMap(({ first, last }) => [first, last]))])).map(
      (row) => row.deviceId,
    ),
  );
  return new Set((await used(stored.filter(({ deviceId }) => devices.has(deviceId)))).map(recordKey));
}

/** The passes as a table in SQL, with the columns of `safety.pass` that a new one has. */
function rowsOf(passes: readonly NewPass[]): Sql {
  const column = <K extends keyof NewPass>(key: K): NewPass[K][] => passes.map((pass) => pass[key]);
  return sql`(SELECT * FROM unnest(${column('id')}::uuid[], ${column('deviceId')}::uuid[], ${column('recordId')}::text[],
      ${column('studentId')}::uuid[], ${column('buildingId')}::uuid[], ${column('direction')}::text[],
      ${column('at').map((at) => at.toISOString())}::timestamptz[], ${column('rawAt')}::text[],
      ${column('correctedAt').map((at) => at?.toISOString() ?? null)}::timestamptz[], ${column('status')}::text[])
    AS given(id, device_id, record_id, student_id, building_id, direction, at, raw_at, corrected_at, status))`;
}

export interface StoredPass {
  id: string;
  deviceId: string;
  recordId: string;
  studentId: string;
  buildingId: string | null;
  direction: Direction | null;
  at: Date;
  status: PassStatus;
}

const STORED = sql`p.id, p.device_id AS "deviceId", p.record_id AS "recordId", p.student_id AS "studentId",
  p.building_id AS "buildingId", p.direction, p.at, p.status`;

/** What is stored under the numbers of these passes, by `recordKey`; locked. Looks into every month. */
export async function storedPasses(tx: Tx, passes: readonly NewPass[]): Promise<Map<string, StoredPass[]>> {
  if (passes.length === 0) return new Map();
  const rows = await query<StoredPass>(
    tx,
    sql`SELECT ${STORED} FROM safety.pass p
          JOIN (SELECT DISTINCT device_id, record_id FROM ${rowsOf(passes)} AS n) AS given
            ON given.device_id = p.device_id AND given.record_id = p.record_id
         WHERE p.status <> 'replaced' ORDER BY p.id FOR UPDATE OF p`,
  );
  return byRecord(rows);
}

/** What is stored under the numbers of these passes for their very instants, by `recordKey`; locked. */
export async function storedAtInstants(tx: Tx, passes: readonly NewPass[]): Promise<Map<string, StoredPass[]>> {
  if (passes.length === 0) return new Map();
  // The months of the batch alone are looked into.
  const instants = passes.map(({ at }) => at.toISOString()).sort();
  const [first, last] = [instants[0], instants.at(-1)];
  const rows = await query<StoredPass>(
    tx,
    sql`SELECT ${STORED} FROM safety.pass p
          JOIN (SELECT DISTINCT device_id, record_id, at FROM ${rowsOf(passes)} AS n) AS given
            ON given.device_id = p.device_id AND given.record_id = p.record_id AND given.at = p.at
         WHERE p.status <> 'replaced' AND p.at BETWEEN ${first} AND ${last} ORDER BY p.id FOR UPDATE OF p`,
  );
  return byRecord(rows);
}

function byRecord(rows: readonly StoredPass[]): Map<string, StoredPass[]> {
  const stored = new Map<string, StoredPass[]>();
  for (const row of rows) stored.set(recordKey(row), [...(stored.get(recordKey(row)) ?? []), row]);
  return stored;
}

/** A record by its number; a device that begins its numbers anew has several under one. */
export function recordKey(pass: { deviceId: string; recordId: string }): string {
  return `${pass.deviceId} ${pass.recordId}`;
}

/** Puts new passes in the place of stored ones. */
export async function replacePasses(tx: Tx, pairs: readonly { old: StoredPass; pass: NewPass }[]): Promise<void> {
  if (pairs.length === 0) return;
  await query(
    tx,
    sql`UPDATE safety.pass p
           SET status = 'replaced', replaced_by = given.by, voided_at = NULL, voided_by = NULL, void_reason = NULL,
               updated_at = now(), version = version + 1
          FROM unnest(${pairs.map(({ old }) => old.id)}::uuid[], ${pairs.map(({ old }) => old.at.toISOString())}::timestamptz[],
                      ${pairs.map(({ pass }) => pass.id)}::uuid[]) AS given(id, at, by)
         WHERE p.id = given.id AND p.at = given.at`,
  );
  await query(
    tx,
    sql`INSERT INTO safety.pass (id, device_id, record_id, student_id, building_id, direction, at, raw_at, corrected_at, status)
        SELECT * FROM ${rowsOf(pairs.map(({ pass }) => pass))} AS n`,
  );
}
