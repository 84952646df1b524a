import { Flag, Instant, Int, Json, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort, UpdatedSince } from '#http';
import {
  DEVICE_STATES,
  type DeviceState,
  DEVICE_STATUSES,
  type DeviceStatus,
  DIRECTION_MODES,
  type DirectionMode,
} from './device.entity.js';
import type { DeviceRow } from './devices.queries.js';
import type { Outage } from './outage.entity.js';

const MANY = 2_000_000_000;

export class OutagesQuery extends ListQuery {}

export class DevicesQuery extends ListQuery {
  @AnyOf(DEVICE_STATUSES, { zh: '状态', en: 'Statuses' }, ['pending'])
  status?: DeviceStatus[];

  @AnyOf(DEVICE_STATES, { zh: '联系情况', en: 'How they are doing' }, ['silent'])
  state?: DeviceState[];

  @AnyOf('uuid', { zh: '楼栋', en: 'Buildings' }, ['00000000-0000-7000-8000-001100000001'])
  buildingId?: string[];

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['code', 'updatedAt'])
  sort?: string;
}

export class ApproveDeviceDto {
  @Text({ zh: '楼栋编码', en: 'Code of the building it stands in', max: 64, example: 'B1' })
  buildingCode: string;

  @OneOf(DIRECTION_MODES, { zh: '进出方式', en: 'Which way it counts', example: 'both' })
  directionMode: DirectionMode;

  @Text({ zh: '名称', en: 'Name', optional: true, max: 100, example: '1号楼东门' })
  name?: string;

  @Text({
    zh: '设备时钟的时区（IANA）；不填为校区时区',
    en: 'Time zone of its clock (IANA); left out: the campus time zone',
    optional: true,
    max: 64,
    example: 'Asia/Shanghai',
  })
  timeZone?: string;
}

/** A gate, and how fresh what it sends is. */
export class DeviceDto {
  @Uuid({ zh: '设备', en: 'Device' })
  id: string;

  @Text({ zh: '序列号', en: 'Serial number', max: 64, example: 'GATE-B1' })
  code: string;

  @Text({ zh: '名称', en: 'Name', nullable: true, max: 100, example: '1号楼东门' })
  name: string | null;

  @OneOf(DEVICE_STATUSES, { zh: '状态', en: 'Status', example: 'active' })
  status: DeviceStatus;

  @Uuid({ zh: '楼栋', en: 'Building', nullable: true })
  buildingId: string | null;

  @OneOf(DIRECTION_MODES, { zh: '进出方式', en: 'Which way it counts', example: 'both' })
  directionMode: DirectionMode;

  @Text({
    zh: '设备时钟的时区；空为校区时区',
    en: 'Time zone of its clock; null = the campus time zone',
    nullable: true,
    max: 64,
    example: 'Asia/Shanghai',
  })
  timeZone: string | null;

  @Int({ zh: '审批前暂存的通行数', en: 'Passes held until it is approved', min: 0, max: MANY, example: 0 })
  heldPasses: number;

  @Instant({
    zh: '最近一次有效通行的时间',
    en: 'When its newest counted pass was',
    nullable: true,
    example: '2026-11-20T15:04:05.000Z',
  })
  lastPassAt: Date | null;

  @OneOf(DEVICE_STATES, {
    zh: '联系情况；空为不自行联系或已停用的设备',
    en: 'How it is doing; null: it does not call by itself, or is retired',
    nullable: true,
    example: 'working',
  })
  state: DeviceState | null;

  @Instant({ zh: '最近一次联系的时间', en: 'When it last called', nullable: true })
  seenAt: Date | null;

  @Instant({
    zh: '自此没有记录（超过常规时间）',
    en: 'Without records since then, for longer than is usual',
    nullable: true,
  })
  silentSince: Date | null;

  @Int({
    zh: '设备时钟比实际快多少秒；空为未知',
    en: 'Seconds that its clock is ahead; null: not known',
    nullable: true,
    min: -MANY,
    max: MANY,
    example: -2,
  })
  clockOffsetSeconds: number | null;

  @Int({ zh: '未收下的记录数', en: 'Records that were left out', min: 0, max: MANY, example: 0 })
  refusedRecords: number;

  @Json({ zh: '未知的记录种类及条数', en: 'Kinds of records that are not known, and how many', example: { 4711: 2 } })
  unknownKinds: Record<string, number>;

  @Text({
    zh: '补取记录时访问的地址；空为不访问',
    en: 'Where it is asked for what it did not send; null: it is not asked',
    ...{ nullable: true, max: 100, example: 'http://10.8.0.31' },
  })
  accessUrl: string | null;

  @Flag({ zh: '是否须带密钥', en: 'Whether it is refused without its key' })
  hasKey: boolean;

  @Int({ zh: '待补取的缺口数', en: 'Times of which events are still missing', min: 0, max: MANY, example: 0 })
  openGaps: number;

  @Instant({ zh: '审批时间', en: 'Approved at', nullable: true })
  approvedAt: Date | null;

  @Instant({ zh: '停用时间', en: 'Retired at', nullable: true })
  retiredAt: Date | null;

  @Instant({ zh: '首次出现时间', en: 'First seen at' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 2 })
  version: number;

  static from(this: void, row: DeviceRow): DeviceDto {
    return Object.assign(new DeviceDto(), row);
  }
}

export class RegisterOutageDto {
  @Instant({ zh: '开始', en: 'From', example: '2026-11-20T18:00:00+08:00' })
  from: string;

  @Instant({ zh: '结束（不含）', en: 'To, exclusive', example: '2026-11-21T08:00:00+08:00' })
  to: string;

  @Text({ zh: '原因', en: 'Reason', example: '停电检修' })
  reason: string;
}

/** A time in which a gate did not record reliably. */
export class OutageDto {
  @Uuid({ zh: '故障登记', en: 'Outage' })
  id: string;

  @Uuid({ zh: '设备', en: 'Device' })
  deviceId: string;

  @Instant({ zh: '开始', en: 'From', example: '2026-11-20T10:00:00.000Z' })
  from: Date;

  @Instant({ zh: '结束（不含）', en: 'To, exclusive', example: '2026-11-21T00:00:00.000Z' })
  to: Date;

  @Text({ zh: '原因', en: 'Reason', example: '停电检修' })
  reason: string;

  @Instant({ zh: '撤销时间', en: 'Revoked at', nullable: true })
  revokedAt: Date | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, outage: Outage): OutageDto {
    const { id, deviceId, fromAt: from, toAt: to, reason, revokedAt, version } = outage;
    return Object.assign(new OutageDto(), { id, deviceId, from, to, reason, revokedAt, version });
  }
}
