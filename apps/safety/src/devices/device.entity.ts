import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { DeviceNotPending, DeviceRetired } from './devices.problems.js';
import { DeviceNotAsked } from './gaps/gaps.problems.js';

export const DEVICE_STATUSES = {
  pending: { zh: '待审批', en: 'waits for approval' },
  active: { zh: '在用', en: 'in use' },
  retired: { zh: '停用', en: 'retired' },
} as const;
export type DeviceStatus = keyof typeof DEVICE_STATUSES;

export const DIRECTION_MODES = {
  in: { zh: '只进', en: 'only in' },
  out: { zh: '只出', en: 'only out' },
  both: { zh: '进出，以记录为准', en: 'both: each record says which' },
} as const;
export type DirectionMode = keyof typeof DIRECTION_MODES;

/** How a device that calls by itself is doing. */
export const DEVICE_STATES = {
  working: { zh: '正常', en: 'calls and sends records' },
  silent: { zh: '在线但超过常规时间没有记录', en: 'calls, and sends no records for longer than is usual' },
  offline: { zh: '离线', en: 'does not call' },
} as const;
export type DeviceState = keyof typeof DEVICE_STATES;

/** Where the password of a device is sealed, as `npm run keys` names it. */
export function placeOfPassword(deviceId: string): string {
  return `safety.device ${deviceId}`;
}

/** A gate of a dormitory building. */
@Entity({ schema: 'safety', name: 'device' })
export class Device extends BaseEntity {
  /** Serial number, as the device sends it. */
  @Column('text')
  code: string;

  @Column('text', { nullable: true })
  name: string | null = null;

  @Column('text')
  status: DeviceStatus = 'pending';

  /** Directory's place; null while pending. */
  @Column('uuid', { nullable: true })
  buildingId: string | null = null;

  @Column('text')
  directionMode: DirectionMode = 'both';

  /** IANA zone of its clock; null = the campus time zone. */
  @Column('text', { nullable: true })
  timeZone: string | null = null;

  @Column('timestamptz', { nullable: true })
  approvedAt: Date | null = null;

  @Column('timestamptz', { nullable: true })
  retiredAt: Date | null = null;

  /** Where it is asked for what it did not send, `http://10.8.0.31`; null: it cannot be. */
  @Column('text', { nullable: true })
  accessUrl: string | null = null;

  @Column('text', { nullable: true })
  accessUser: string | null = null;

  /** Sealed with the root key. */
  @Column('bytea', { nullable: true })
  sealedPassword: Buffer | null = null;

  /** Keyed hash of what it has to tell when it calls; null: it is known by its code alone. */
  @Column('text', { nullable: true })
  keyDigest: string | null = null;

  /** Says where it stands and how it counts; from now on its passes do. */
  approve(
    values: {
      buildingId: string;
      directionMode: DirectionMode;
      name: string | null;
      timeZone: string | null;
    },
    now: Date,
  ): void {
    if (this.status !== 'pending') throw new DeviceNotPending();
    Object.assign(this, values);
    this.status = 'active';
    this.approvedAt = now;
  }

  /** Passes after this moment are refused; those before it still count, however late they come. */
  retire(now: Date): void {
    if (this.status === 'retired') throw new DeviceRetired();
    this.status = 'retired';
    this.retiredAt = now;
  }

  setAccess(access: { url: string; user: string; sealedPassword: Buffer } | null): void {
    this.accessUrl = access?.url ?? null;
    this.accessUser = access?.user ?? null;
    this.sealedPassword = access?.sealedPassword ?? null;
  }

  /** Throws DeviceNotAsked. */
  assertAsked(): void {
    if (!this.accessUrl) throw new DeviceNotAsked();
    if (this.status === 'retired') throw new DeviceRetired();
  }
}
