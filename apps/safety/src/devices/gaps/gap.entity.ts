import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';

export const GAP_REASONS = {
  serials: { zh: '记录编号不连续', en: 'numbers of its events skip' },
  silence: { zh: '设备曾失去联系', en: 'it did not call for some time' },
  asked: { zh: '人工要求补取', en: 'somebody asked for it' },
} as const satisfies Record<string, Bilingual>;
export type GapReason = keyof typeof GAP_REASONS;

export const GAP_STATUSES = {
  waiting: { zh: '待补取', en: 'is still to be asked for' },
  done: { zh: '已补取', en: 'was asked for' },
  given_up: { zh: '多次尝试后放弃', en: 'given up after many tries' },
} as const satisfies Record<string, Bilingual>;
export type GapStatus = keyof typeof GAP_STATUSES;

/** Why a device could not be asked. */
export const GAP_PROBLEMS = {
  no_access: { zh: '未设定如何访问该设备', en: 'it is not said how to reach the device' },
  address: { zh: '设备地址不在允许的网段', en: 'its address is not in the networks of devices' },
  unreachable: { zh: '设备没有应答', en: 'it did not answer' },
  credentials: { zh: '用户名或密码不对', en: 'it refused the user name or the password' },
  answer: { zh: '设备的应答无法读取', en: 'its answer cannot be read' },
  later: { zh: '记录暂不能收下', en: 'its records cannot be taken for now' },
} as const satisfies Record<string, Bilingual>;
export type GapProblem = keyof typeof GAP_PROBLEMS;

const MOST_ATTEMPTS = 12;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;

/** A time of which events of a device are missing, or may be. */
@Entity({ schema: 'safety', name: 'device_gap' })
export class DeviceGap extends BaseEntity {
  @Column('uuid')
  deviceId: string;

  @Column('text')
  reason: GapReason;

  @Column('timestamptz')
  fromAt: Date;

  @Column('timestamptz')
  toAt: Date;

  /** Missing ones, as far as numbers tell. */
  @Column('int', { nullable: true })
  events: number | null = null;

  @Column('text')
  status: GapStatus = 'waiting';

  /** Of the next event to be asked for, in the device's answer. */
  @Column('int')
  position = 0;

  /** Passes that were not here yet. */
  @Column('int')
  found = 0;

  @Column('int')
  attempts = 0;

  @Column('text', { nullable: true })
  problem: GapProblem | null = null;

  @Column('timestamptz', { nullable: true })
  leasedUntil: Date | null = null;

  get isDone(): boolean {
    return this.status === 'done';
  }

  /** A page of `listed` events came, and with them so many passes that were missing. */
  fill(listed: number, found: number, more: boolean): void {
    this.position += listed;
    this.found += found;
    this.attempts = 0;
    this.problem = this.leasedUntil = null;
    if (!more) this.status = 'done';
  }

  /** When it is tried again; undefined: it is given up. */
  fail(problem: GapProblem, now: Date): Date | undefined {
    this.problem = problem;
    this.leasedUntil = null;
    if (++this.attempts >= MOST_ATTEMPTS) this.status = 'given_up';
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.attempts - 1), LONGEST_WAIT_MS);
    return this.status === 'waiting' ? new Date(now.getTime() + wait) : undefined;
  }
}
