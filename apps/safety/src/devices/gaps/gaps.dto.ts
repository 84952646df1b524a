import { Instant, Int, OneOf, Uuid } from '#fields';
import { ListQuery } from '#http';
import {
  GAP_PROBLEMS,
  GAP_REASONS,
  GAP_STATUSES,
  type GapProblem,
  type GapReason,
  type GapStatus,
} from './gap.entity.js';

const MANY = 2_000_000_000;

export class GapsQuery extends ListQuery {}

export class AskGapDto {
  @Instant({ zh: '开始', en: 'From', example: '2026-11-20T18:00:00+08:00' })
  from: string;

  @Instant({ zh: '结束', en: 'To', example: '2026-11-21T08:00:00+08:00' })
  to: string;
}

/** A time of which events of a device are missing, or may be, and what came of asking the device for them. */
export class GapDto {
  @Uuid({ zh: '缺口', en: 'Gap' })
  id: string;

  @Uuid({ zh: '设备', en: 'Device' })
  deviceId: string;

  @OneOf(GAP_REASONS, { zh: '原因', en: 'Why', example: 'serials' })
  reason: GapReason;

  @Instant({ zh: '开始（设备时钟）', en: 'From, by the clock of the device', example: '2026-11-20T14:58:03.000Z' })
  from: Date;

  @Instant({ zh: '结束（设备时钟）', en: 'To, by the clock of the device', example: '2026-11-20T15:04:05.000Z' })
  to: Date;

  @Int({
    zh: '按编号推算缺少的记录数；空为未知',
    en: 'How many events are missing, as their numbers tell; null: not known',
    nullable: true,
    min: 0,
    max: MANY,
    example: 2,
  })
  events: number | null;

  @OneOf(GAP_STATUSES, { zh: '状态', en: 'Status', example: 'done' })
  status: GapStatus;

  @Int({ zh: '补取到的通行数', en: 'Passes that came of it', min: 0, max: MANY, example: 1 })
  found: number;

  @OneOf(GAP_PROBLEMS, { zh: '最近一次未能补取的原因', en: 'Why it could not be asked last', nullable: true })
  problem: GapProblem | null;

  @Instant({ zh: '发现时间', en: 'Found at' })
  createdAt: Date;

  static from(
    this: void,
    { id, deviceId, reason, from, to, events, status, found, problem, createdAt }: Omit<GapDto, never>,
  ): GapDto {
    const told = { id, deviceId, reason, from, to, events, status, found, problem, createdAt };
    return Object.assign(new GapDto(), told);
  }
}
