import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { LatePassRevoked } from './late-passes.problems.js';

/** 晚归报备: a student may come in after curfew on some evenings. It does not excuse staying out. */
@Entity({ schema: 'safety', name: 'late_pass' })
export class LatePass extends BaseEntity {
  @Column('uuid')
  studentId: string;

  /** First evening, YYYY-MM-DD. */
  @Column('date')
  fromNight: string;

  /** Last evening, inclusive. */
  @Column('date')
  toNight: string;

  /** In by this wall-clock time (before noon = the next morning); null = any time that night. */
  @Column('time', { nullable: true })
  until: string | null = null;

  @Column('text')
  reason: string;

  @Column('text')
  registeredBy: string;

  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null = null;

  @Column('text', { nullable: true })
  revokeReason: string | null = null;

  revoke(reason: string, now: Date): void {
    if (this.revokedAt) throw new LatePassRevoked();
    this.revokedAt = now;
    this.revokeReason = reason;
  }
}
