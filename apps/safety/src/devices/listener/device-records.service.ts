import { Injectable } from '@nestjs/common';
import { DeviceSilenceV1 } from '#contracts';
import { Database, newId } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { PassBatches } from '../../passes/pass-batches.service.js';
import { MOST_ROWS } from '../../passes/passes.dto.js';
import { gatesByCode } from '../../passes/passes.queries.js';
import { GateRecordsPolicy } from '../gate-records.policy.js';
import { PendingDevicesPolicy } from '../pending-devices.policy.js';
import { type Contact, contactOf, lockContact, noteDelivery, noteSeen } from './contacts.queries.js';
import { type GateRecord, type GateRecords, millisOf, type Protocol } from './gate-record.js';
import { followSerials, type Numbered } from './serials.js';

/** How often it is written down at most that a device called. */
const SEEN_EVERY_MS = 20_000;
/** So few at once are sent as they happen. */
const FRESH_RECORDS = 3;
const MOST_KINDS = 50;

/** Who calls, and how it speaks. */
export interface Caller {
  code: string;
  protocol: Protocol;
}

export interface Delivery extends GateRecords {
  /** The stamp of a table, to be told when it asks next. */
  stamp?: Record<string, string>;
  /** Events as the device has numbered them, whether or not they are passes. */
  serials?: Numbered[];
  /** It was kept by the device for as long as it could not reach us. */
  replayed?: boolean;
}

/** What devices deliver themselves, whatever they speak: who they are, and their records on the way to the passes. */
@Injectable()
export class DeviceRecords {
  constructor(
    private readonly database: Database,
    private readonly passes: PassBatches,
    private readonly policies: Policies,
    private readonly events: Events,
    private readonly clock: CampusClock,
  ) {}

  /** Meets a device: one that is not known becomes pending. Undefined: and no more of them may wait. */
  async meet({ code, protocol }: Caller): Promise<Contact | undefined> {
    const now = this.clock.now();
    const known = await contactOf(this.database.connection, code);
    const seen = known?.seenAt && known.protocol === protocol;
    if (seen && now.getTime() - known.seenAt!.getTime() < SEEN_EVERY_MS) return known;
    return this.database.transaction(null, async (tx) => {
      const { devices } = (await this.policies.at(tx, PendingDevicesPolicy, this.clock.today())).value;
      const gate = (await gatesByCode(tx, [code], newId, devices)).get(code);
      if (!gate) return undefined;
      await noteSeen(tx, gate.id, { protocol, now });
      return contactOf(tx, code);
    });
  }

  /**
   * Takes what a device delivers, in parts that a transaction can hold; what is there already stays as it is. False: some of it cannot be
   * taken for now, and the device has to send all of it again.
   */
  async take(met: Contact, delivery: Delivery): Promise<boolean> {
    const { records } = delivery;
    for (let i = 0; i === 0 || i < records.length; i += MOST_ROWS) {
      const last = i + MOST_ROWS >= records.length;
      const part = records.slice(i, i + MOST_ROWS);
      const { replayed } = delivery;
      const done = await this.takePart(
        met,
        last ? { ...delivery, records: part } : { records: part, refused: 0, unknown: {}, replayed },
      );
      if (!done) return false;
    }
    return true;
  }

  private takePart(met: Contact, delivery: Delivery): Promise<boolean> {
    return this.database.transaction(null, async (tx) => {
      const contact = await lockContact(tx, met.code);
      if (!contact) return false;
      const { value: policy } = await this.policies.at(tx, GateRecordsPolicy, this.clock.today());
      const now = this.clock.now();
      const offset = this.offsetOf(met, delivery, now) ?? contact.clockOffsetSeconds;
      const off = offset !== null && Math.abs(offset) > policy.clockToleranceSeconds ? offset : 0;
      const rows = delivery.records.map(({ direction, ...record }) => ({
        deviceCode: met.code,
        ...record,
        ...(direction && { direction }),
      }));
      const taken = await this.passes.take(tx, rows, off ? (at) => new Date(at.getTime() - off * 1000) : undefined);
      const again = taken.rejected.filter(({ forNow }) => forNow).length;
      const recorded = taken.accepted + taken.held > 0;
      const { last } = followSerials(contact.lastSerial, again > 0 ? [] : (delivery.serials ?? []));
      await noteDelivery(tx, contact.deviceId, {
        recordedAt: recorded ? now : contact.recordedAt,
        silentSince: recorded ? null : contact.silentSince,
        clockOffsetSeconds: offset,
        stamps: again > 0 ? contact.stamps : { ...contact.stamps, ...delivery.stamp },
        refused: contact.refused + (again > 0 ? 0 : delivery.refused + taken.rejected.length),
        unknownKinds: added(contact.unknownKinds, again > 0 ? {} : delivery.unknown),
        lastSerial: last,
      });
      if (recorded && contact.silentSince && contact.buildingId)
        await this.events.publish(
          tx,
          new DeviceSilenceV1(
            contact.deviceId,
            contact.buildingId,
            contact.silentSince.toISOString(),
            now.toISOString(),
          ),
        );
      return again === 0;
    });
  }

  /**
   * How far the clock is ahead, where this delivery tells: its newest record is in the future; or is a fresh one of a device that was
   * connected for longer than its clock would be late. What a device had kept while it was away says nothing of its clock.
   */
  private offsetOf({ timeZone, connectedSince }: Contact, { records, replayed }: Delivery, now: Date): number | null {
    const zone = timeZone ?? this.clock.timeZone;
    const newest = Math.max(...records.map(({ at }: GateRecord) => millisOf(at, zone)).filter(Number.isFinite));
    if (!Number.isFinite(newest)) return null;
    const ahead = Math.round((newest - now.getTime()) / 1000);
    const connected = connectedSince !== null && connectedSince.getTime() <= newest;
    return ahead > 0 || (connected && !replayed && records.length <= FRESH_RECORDS) ? ahead : null;
  }
}

/** Counts of kinds with more of them; of ever new ones only so many are kept apart. */
function added(counts: Record<string, number>, more: Record<string, number>): Record<string, number> {
  const sum = { ...counts };
  for (const [kind, n] of Object.entries(more)) {
    const key = kind in sum || Object.keys(sum).length < MOST_KINDS ? kind.slice(0, 40) : 'other';
    sum[key] = (sum[key] ?? 0) + n;
  }
  return sum;
}
