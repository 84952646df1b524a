import { query, queryOne, sql, type Tx } from '#database';
import type { DeviceStatus } from '../device.entity.js';
import type { Protocol } from './gate-record.js';
import type { LastSerial } from './serials.js';

/** A device as it is met when it calls. */
export interface Contact {
  deviceId: string;
  code: string;
  status: DeviceStatus;
  buildingId: string | null;
  timeZone: string | null;
  protocol: Protocol | null;
  seenAt: Date | null;
  /** It has called ever since, without a gap. */
  connectedSince: Date | null;
  recordedAt: Date | null;
  silentSince: Date | null;
  clockOffsetSeconds: number | null;
  stamps: Record<string, string>;
  refused: number;
  unknownKinds: Record<string, number>;
  /** Keyed hash of its key; null: it has none. */
  keyDigest: string | null;
  /** Where it was when it told its key. */
  provedFrom: string | null;
  /** The newest event that it has numbered. */
  lastSerial: LastSerial | null;
}

const CONTACT = sql`SELECT d.id AS "deviceId", d.code, d.status, d.building_id AS "buildingId", d.time_zone AS "timeZone",
    d.key_digest AS "keyDigest", host(c.proved_from) AS "provedFrom",
    c.protocol, c.seen_at AS "seenAt", c.connected_since AS "connectedSince", c.recorded_at AS "recordedAt", c.silent_since AS "silentSince",
    c.clock_offset_seconds AS "clockOffsetSeconds", coalesce(c.stamps, '{}') AS stamps, coalesce(c.refused, 0)::int AS refused,
    coalesce(c.unknown_kinds, '{}') AS "unknownKinds",
    CASE WHEN c.last_serial IS NOT NULL THEN jsonb_build_object('serial', c.last_serial, 'at', floor(extract(epoch FROM c.last_serial_at) * 1000)) END AS "lastSerial"
  FROM safety.device d LEFT JOIN safety.device_contact c ON c.device_id = d.id`;

export function contactOf(tx: Tx, code: string): Promise<Contact | undefined> {
  return queryOne<Contact>(tx, sql`${CONTACT} WHERE d.code = ${code}`);
}

/** The same, and no other delivery of the device is taken until `tx` ends. */
export async function lockContact(tx: Tx, code: string): Promise<Contact | undefined> {
  await query(
    tx,
    sql`SELECT 1 FROM safety.device_contact WHERE device_id = (SELECT id FROM safety.device WHERE code = ${code}) FOR UPDATE`,
  );
  return contactOf(tx, code);
}

/** Longest time between two calls of a device that is connected. */
const CONNECTED = '90 seconds';

/** Notes that a device called. */
export async function noteSeen(
  tx: Tx,
  deviceId: string,
  { protocol, now }: { protocol: Protocol; now: Date },
): Promise<void> {
  await query(
    tx,
    sql`INSERT INTO safety.device_contact AS c (device_id, protocol, seen_at, connected_since) VALUES (${deviceId}, ${protocol}, ${now}, ${now})
        ON CONFLICT (device_id) DO UPDATE
           SET protocol = excluded.protocol, seen_at = greatest(c.seen_at, excluded.seen_at),
               connected_since = CASE WHEN excluded.seen_at - c.seen_at <= ${CONNECTED}::interval THEN c.connected_since ELSE excluded.seen_at END`,
  );
}

/** What a delivery changes. */
export type ContactChange = Pick<
  Contact,
  'recordedAt' | 'silentSince' | 'clockOffsetSeconds' | 'stamps' | 'refused' | 'unknownKinds' | 'lastSerial'
>;

export async function noteDelivery(tx: Tx, deviceId: string, change: ContactChange): Promise<void> {
  await query(
    tx,
    sql`UPDATE safety.device_contact
           SET recorded_at = ${change.recordedAt}, silent_since = ${change.silentSince},
               clock_offset_seconds = ${change.clockOffsetSeconds}, stamps = ${JSON.stringify(change.stamps)}::jsonb,
               refused = ${change.refused}, unknown_kinds = ${JSON.stringify(change.unknownKinds)}::jsonb,
               last_serial = ${change.lastSerial?.serial ?? null}::bigint,
               last_serial_at = ${change.lastSerial ? new Date(change.lastSerial.at) : null}
         WHERE device_id = ${deviceId}`,
  );
}
