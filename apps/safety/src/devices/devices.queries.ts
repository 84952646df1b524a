import { query, sql, type Sql, type Tx } from '#database';
import type { DeviceState, DeviceStatus, DirectionMode } from './device.entity.js';

export interface DeviceRow {
  id: string;
  code: string;
  name: string | null;
  status: DeviceStatus;
  buildingId: string | null;
  directionMode: DirectionMode;
  timeZone: string | null;
  heldPasses: number;
  lastPassAt: Date | null;
  state: DeviceState | null;
  seenAt: Date | null;
  silentSince: Date | null;
  clockOffsetSeconds: number | null;
  refusedRecords: number;
  unknownKinds: Record<string, number>;
  approvedAt: Date | null;
  retiredAt: Date | null;
  createdAt: Date;
  accessUrl: string | null;
  hasKey: boolean;
  openGaps: number;
  version: number;
}

/** How a device (its contact: `c`) is doing; one that has not called since `offlineBefore` is offline, one without a contact has no state. */
export function stateAt(offlineBefore: Date): Sql {
  return sql`CASE WHEN c.device_id IS NULL OR d.status = 'retired' THEN NULL WHEN c.seen_at < ${offlineBefore} THEN 'offline'
    WHEN c.silent_since IS NOT NULL THEN 'silent' ELSE 'working' END`;
}

/** What is read from. */
export const TABLES = sql`safety.device d LEFT JOIN safety.device_contact c ON c.device_id = d.id`;

/** A device (alias `d`) with what it holds and how fresh it is. */
export const COLUMNS = sql`c.seen_at AS "seenAt", c.silent_since AS "silentSince", c.clock_offset_seconds AS "clockOffsetSeconds",
  coalesce(c.refused, 0)::int AS "refusedRecords", coalesce(c.unknown_kinds, '{}') AS "unknownKinds", d.id, d.code, d.name, d.status, d.building_id AS "buildingId", d.direction_mode AS "directionMode",
  d.time_zone AS "timeZone", d.approved_at AS "approvedAt", d.retired_at AS "retiredAt", d.created_at AS "createdAt", d.version,
  d.access_url AS "accessUrl", d.key_digest IS NOT NULL AS "hasKey",
  (SELECT count(*)::int FROM safety.device_gap x WHERE x.device_id = d.id AND x.status = 'waiting') AS "openGaps",
  CASE WHEN d.status = 'active' THEN 0 ELSE (
    SELECT count(*)::int FROM safety.pass p WHERE p.device_id = d.id AND p.status = 'held') END AS "heldPasses",
  (SELECT p.at FROM safety.pass p WHERE p.device_id = d.id AND p.status = 'counted' ORDER BY p.at DESC LIMIT 1) AS "lastPassAt"`;

interface Released {
  passId: string;
  studentId: string;
  buildingId: string;
  direction: 'in' | 'out';
  at: Date;
}

/**
 * Lets what a device sent before its approval count. Digits without an offset are read by the device's own clock; where two records of
 * one number turn out to be of one instant, the first counts.
 */
export async function releaseHeld(
  tx: Tx,
  device: { id: string; buildingId: string; directionMode: DirectionMode; timeZone: string },
): Promise<Released[]> {
  return query<Released>(
    tx,
    sql`WITH timed AS (
          SELECT id, record_id, status,
                 CASE WHEN raw_at IS NULL THEN at
                      ELSE date_trunc('milliseconds', raw_at::timestamp) AT TIME ZONE ${device.timeZone} END AS at
            FROM safety.pass WHERE device_id = ${device.id} AND status IN ('held', 'replaced')
        ), read AS (
          SELECT *, first_value(id) OVER (PARTITION BY status, record_id, at ORDER BY id) AS first FROM timed
        ), released AS (
          UPDATE safety.pass p
             SET status = CASE WHEN p.status = 'held' AND r.first = p.id THEN 'counted' ELSE 'replaced' END,
                 replaced_by = CASE WHEN p.status = 'replaced' THEN p.replaced_by ELSE nullif(r.first, p.id) END,
                 building_id = ${device.buildingId}, at = r.at,
                 -- read by another zone, it says nothing of the clock
                 corrected_at = CASE WHEN r.at = p.at THEN p.corrected_at END, updated_at = now(), version = version + 1,
                 direction = CASE WHEN ${device.directionMode} = 'both' THEN direction ELSE ${device.directionMode} END
            FROM read r WHERE r.id = p.id
          RETURNING p.*)
        SELECT id AS "passId", student_id AS "studentId", building_id AS "buildingId", direction, at FROM released
         WHERE status = 'counted'`,
  );
}

/** How many held passes of a device do not say their direction. */
export async function heldWithoutDirection(tx: Tx, deviceId: string): Promise<number> {
  const [row] = await query<{ n: number }>(
    tx,
    sql`SELECT count(*)::int AS n FROM safety.pass
         WHERE device_id = ${deviceId} AND status = 'held' AND direction IS NULL`,
  );
  return row?.n ?? 0;
}
