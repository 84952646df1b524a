import { query, sql, type Tx } from '#database';
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
 * The gates of these codes, by code; unknown ones become pending. They stay as they are until the transaction ends, so
 * that no pass is held for a device that is being approved.
 */
export async function gatesByCode(tx: Tx, codes: readonly string[], newId: () => string): Promise<Map<string, Gate>> {
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
          ON CONFLICT (code) DO NOTHING`,
    );
    rows = await read();
  }
  return new Map(rows.map((row) => [row.code, row]));
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
  status: 'held' | 'counted';
}

/** Stores passes whose record is not here yet; answers the ids of those. Within one call the first of a record wins. */
export async function insertPasses(tx: Tx, passes: readonly NewPass[]): Promise<Set<string>> {
  if (passes.length === 0) return new Set();
  const column = <K extends keyof NewPass>(key: K): NewPass[K][] => passes.map((pass) => pass[key]);
  const rows = await query<{ id: string }>(
    tx,
    sql`INSERT INTO safety.pass (id, device_id, record_id, student_id, building_id, direction, at, raw_at, status)
        SELECT * FROM unnest(${column('id')}::uuid[], ${column('deviceId')}::uuid[], ${column('recordId')}::text[],
          ${column('studentId')}::uuid[], ${column('buildingId')}::uuid[], ${column('direction')}::text[],
          ${column('at').map((at) => at.toISOString())}::timestamptz[],
          ${column('rawAt')}::text[], ${column('status')}::text[])
        ON CONFLICT (device_id, record_id) WHERE status <> 'replaced' DO NOTHING RETURNING id`,
  );
  return new Set(rows.map((row) => row.id));
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

/** What is stored under the records of these passes, by `recordKey`. */
export async function storedPasses(tx: Tx, passes: readonly NewPass[]): Promise<Map<string, StoredPass>> {
  if (passes.length === 0) return new Map();
  const rows = await query<StoredPass>(
    tx,
    sql`SELECT p.id, p.device_id AS "deviceId", p.record_id AS "recordId", p.student_id AS "studentId",
               p.building_id AS "buildingId", p.direction, p.at, p.status
          FROM safety.pass p
          JOIN unnest(${passes.map((pass) => pass.deviceId)}::uuid[], ${passes.map((pass) => pass.recordId)}::text[])
            AS given(device_id, record_id) ON given.device_id = p.device_id AND given.record_id = p.record_id
         WHERE p.status <> 'replaced' ORDER BY p.id FOR UPDATE OF p`,
  );
  return new Map(rows.map((row) => [recordKey(row), row]));
}

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
          FROM unnest(${pairs.map(({ old }) => old.id)}::uuid[], ${pairs.map(({ pass }) => pass.id)}::uuid[])
            AS given(id, by)
         WHERE p.id = given.id`,
  );
  await insertPasses(
    tx,
    pairs.map(({ pass }) => pass),
  );
}
