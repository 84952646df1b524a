import { Injectable } from '@nestjs/common';
import { DeviceSilenceV1 } from '#contracts';
import { Database, newId, type Tx } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { type Correction, PassBatches } from '../../passes/pass-batches.service.js';
import { MOST_ROWS } from '../../passes/passes.dto.js';
import { gatesByCode } from '../../passes/passes.queries.js';
import { GateRecordsPolicy } from '../gate-records.policy.js';
import { canBeAsked } from '../gaps/gaps.queries.js';
import { Gaps } from '../gaps/gaps.service.js';
import { PendingDevicesPolicy } from '../pending-devices.policy.js';
import { type Contact, contactOf, lockContact, noteDelivery, noteSeen } from './contacts.queries.js';
import { type GateRecord, type GateRecords, millisOf, type Protocol } from './gate-record.js';
import { noteProof, type Proof, verdictOf } from './device-keys.js';
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
  proof: Proof;
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
    private readonly gaps: Gaps,
    private readonly vault: Vault,
    private readonly clock: CampusClock,
  ) {}

  /**
   * Meets a device: one that is not known becomes pending. `full`: no more of them may wait; `refused`: it has a key, and did not tell it.
   */
  async meet({ code, protocol, proof }: Caller): Promise<Contact | 'full' | 'refused'> {
    const now = this.clock.now();
    const known = await contactOf(this.database.connection, code);
    const verdict = known ? verdictOf(this.vault, known, proof) : 'admitted';
    if (verdict === 'refused') return 'refused';
    const seen = verdict === 'admitted' && known?.seenAt && known.protocol === protocol;
    if (seen && now.getTime() - known.seenAt!.getTime() < SEEN_EVERY_MS) return known;
    return this.database.transaction(null, async (tx) => {
      const { devices } = (await this.policies.at(tx, PendingDevicesPolicy, this.clock.today())).value;
      const gate = (await gatesByCode(tx, [code], newId, devices)).get(code);
      if (!gate) return 'full';
      await noteSeen(tx, gate.id, { protocol, now });
      if (known?.seenAt && protocol === 'hikvision') await this.afterSilence(tx, gate.id, known.seenAt, now);
      if (verdict === 'proved') await noteProof(tx, gate.id, proof.address);
      return (await contactOf(tx, code))!;
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

  /**
   * Takes what a device was asked for. Returns how many passes were not here yet; undefined: some of it cannot be taken for now. It tells nothing of
   * how the device is doing, nor of what it leaves out: more than it has it cannot give.
   */
  async takeFetched(tx: Tx, code: string, read: GateRecords & { serials: Numbered[] }): Promise<number | undefined> {
    const contact = await lockContact(tx, code);
    if (!contact) return undefined;
    const { value: policy } = await this.policies.at(tx, GateRecordsPolicy, this.clock.today());
    const taken = await this.passes.take(tx, rowsOf(code, read), correction(contact.clockOffsetSeconds, policy));
    if (taken.rejected.some(({ forNow }) => forNow)) return undefined;
    const { last: lastSerial } = followSerials(contact.lastSerial, read.serials);
    await noteDelivery(tx, contact.deviceId, { ...contact, lastSerial });
    return taken.accepted + taken.held;
  }

  private takePart(met: Contact, delivery: Delivery): Promise<boolean> {
    return this.database.transaction(null, async (tx) => {
      const contact = await lockContact(tx, met.code);
      if (!contact) return false;
      const { value: policy } = await this.policies.at(tx, GateRecordsPolicy, this.clock.today());
      const now = this.clock.now();
      const offset = this.offsetOf(met, delivery, now) ?? contact.clockOffsetSeconds;
      const taken = await this.passes.take(tx, rowsOf(met.code, delivery), correction(offset, policy));
      const again = taken.rejected.filter(({ forNow }) => forNow).length;
      const recorded = taken.accepted + taken.held > 0;
      const { last, skipped } = followSerials(contact.lastSerial, again > 0 ? [] : (delivery.serials ?? []));
      await noteDelivery(tx, contact.deviceId, {
        recordedAt: recorded ? now : contact.recordedAt,
        silentSince: recorded ? null : contact.silentSince,
        clockOffsetSeconds: offset,
        stamps: again > 0 ? contact.stamps : { ...contact.stamps, ...delivery.stamp },
        refused: contact.refused + (again > 0 ? 0 : delivery.refused + taken.rejected.length),
        unknownKinds: added(contact.unknownKinds, again > 0 ? {} : delivery.unknown),
        lastSerial: last,
      });
      for (const { from, to, events } of skipped)
        await this.gaps.open(tx, contact.deviceId, {
          reason: 'serials',
          from: new Date(from),
          to: new Date(to),
          events,
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

  /** A device that did not call for some time may have had events meanwhile, and may not send them by itself. */
  private async afterSilence(tx: Tx, deviceId: string, seenAt: Date, now: Date): Promise<void> {
    const { offlineMinutes } = (await this.policies.at(tx, GateRecordsPolicy, this.clock.today())).value;
    if (now.getTime() - seenAt.getTime() < offlineMinutes * 60_000 || !(await canBeAsked(tx, deviceId))) return;
    await this.gaps.open(tx, deviceId, { reason: 'silence', from: seenAt, to: now, events: null });
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

/** Records as rows of a batch. */
function rowsOf(deviceCode: string, { records }: GateRecords): object[] {
  return records.map(({ direction, ...record }) => ({ deviceCode, ...record, ...(direction && { direction }) }));
}

/** Times of a clock that is off by more than the policy allows are corrected. */
function correction(offset: number | null, { clockToleranceSeconds }: GateRecordsPolicy): Correction | undefined {
  if (offset === null || Math.abs(offset) <= clockToleranceSeconds) return undefined;
  return (at) => new Date(at.getTime() - offset * 1000);
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
