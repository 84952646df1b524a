import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { OutageRevoked } from './devices.problems.js';

/** A time in which a gate did not record reliably; findings of its building that night are suppressed. */
@Entity({ schema: 'safety', name: 'outage' })
export class Outage extends BaseEntity {
  @Column('uuid')
  deviceId: string;

  @Column('timestamptz')
  fromAt: Date;

  /** Exclusive. */
  @Column('timestamptz')
  toAt: Date;

  @Column('text')
  reason: string;

  @Column('text')
  registeredBy: string;

  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null = null;

  revoke(now: Date): void {
    if (this.revokedAt) throw new OutageRevoked();
    this.revokedAt = now;
  }
}
