import { query, queryOne, sql, type Tx } from '#database';
import type { GapReason } from './gap.entity.js';

/** What of a device is missing, or may be. */
export interface Missing {
  reason: GapReason;
  from: Date;
  to: Date;
  events: number | null;
}

/** A gap that a process has taken on itself to ask for, and how to reach its device. */
export interface LeasedGap {
  id: string;
  deviceId: string;
  position: number;
  fromAt: Date;
  toAt: Date;
  code: string;
  timeZone: string | null;
  accessUrl: string | null;
  accessUser: string | null;
  sealedPassword: Buffer | null;
}

/** Missing times of the same reason that lie so near are asked for together. */
const NEAR = '30 minutes';

/** Makes a gap longer that nobody has begun to ask for. False: there is none near. */
export async function lengthenGap(tx: Tx, deviceId: string, { reason, from, to, events }: Missing): Promise<boolean> {
  const rows = await query(
    tx,
    sql`UPDATE safety.device_gap
           SET from_at = least(from_at, ${from}), to_at = greatest(to_at, ${to}), events = events + ${events}::int,
               updated_at = now(), version = version + 1
         WHERE id = (SELECT id FROM safety.device_gap
                      WHERE device_id = ${deviceId} AND status = 'waiting' AND reason = ${reason} AND position = 0 AND leased_until IS NULL
                        AND from_at - ${NEAR}::interval <= ${to} AND to_at + ${NEAR}::interval >= ${from}
                      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id`,
  );
  return rows.length > 0;
}

/** Takes the first gap of a device, unless somebody is asking the device now. */
export async function leaseGap(
  tx: Tx,
  deviceId: string,
  { now, until }: { now: Date; until: Date },
): Promise<LeasedGap | undefined> {
  // The device's row is the lock: two processes look one after the other.
  await query(tx, sql`SELECT 1 FROM safety.device_contact WHERE device_id = ${deviceId} FOR UPDATE`);
  return queryOne<LeasedGap>(
    tx,
    sql`UPDATE safety.device_gap g SET leased_until = ${until}
          FROM safety.device d
         WHERE d.id = g.device_id AND g.id = (
                 SELECT id FROM safety.device_gap WHERE device_id = ${deviceId} AND status = 'waiting' ORDER BY id LIMIT 1)
           AND NOT EXISTS (SELECT 1 FROM safety.device_gap WHERE device_id = ${deviceId} AND leased_until > ${now})
        RETURNING g.id, g.device_id AS "deviceId", g.position, g.from_at AS "fromAt", g.to_at AS "toAt", d.code, d.time_zone AS "timeZone",
                  d.access_url AS "accessUrl", d.access_user AS "accessUser", d.sealed_password AS "sealedPassword"`,
  );
}

export async function hasWaitingGap(tx: Tx, deviceId: string): Promise<boolean> {
  const rows = await query(
    tx,
    sql`SELECT 1 FROM safety.device_gap WHERE device_id = ${deviceId} AND status = 'waiting' LIMIT 1`,
  );
  return rows.length > 0;
}

export async function canBeAsked(tx: Tx, deviceId: string): Promise<boolean> {
  const rows = await query(
    tx,
    sql`SELECT 1 FROM safety.device WHERE id = ${deviceId} AND access_url IS NOT NULL AND status <> 'retired'`,
  );
  return rows.length > 0;
}
