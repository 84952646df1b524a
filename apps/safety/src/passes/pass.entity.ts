import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { PassNotCounted } from './passes.problems.js';

export const DIRECTIONS = { in: { zh: '进', en: 'in' }, out: { zh: '出', en: 'out' } } as const;
export type Direction = keyof typeof DIRECTIONS;

export const PASS_STATUSES = {
  counted: { zh: '有效', en: 'counts' },
  held: { zh: '暂存，设备待审批', en: 'held until its device is approved' },
  void: { zh: '已作废', en: 'taken back by a person' },
  replaced: { zh: '已被设备更正', en: 'corrected by its device' },
} as const;
export type PassStatus = keyof typeof PASS_STATUSES;

/** One student through one gate, as the gate recorded it. Never deleted: taken back or replaced. */
@Entity({ schema: 'safety', name: 'pass' })
export class Pass extends BaseEntity {
  @Column('uuid')
  deviceId: string;

  @Column('text')
  recordId: string;

  @Column('uuid')
  studentId: string;

  @Column('uuid', { nullable: true })
  buildingId: string | null;

  @Column('text', { nullable: true })
  direction: Direction | null;

  @Column('timestamptz')
  at: Date;

  /** Wall-clock digits, where the device sent no offset. */
  @Column('text', { nullable: true })
  rawAt: string | null;

  /** When it was, by our reckoning, where the clock of the device was known to be off; `at` stays what the device said. */
  @Column('timestamptz', { nullable: true })
  correctedAt: Date | null;

  @Column('text')
  status: PassStatus;

  @Column('uuid', { nullable: true })
  replacedBy: string | null;

  @Column('uuid', { nullable: true })
  voidedBy: string | null;

  @Column('timestamptz', { nullable: true })
  voidedAt: Date | null;

  @Column('text', { nullable: true })
  voidReason: string | null;

  /** Takes it back, e.g. because somebody else used the card. */
  void(by: string | null, reason: string, now: Date): void {
    if (this.status !== 'counted') throw new PassNotCounted();
    this.status = 'void';
    this.voidedBy = by;
    this.voidedAt = now;
    this.voidReason = reason;
  }
}
