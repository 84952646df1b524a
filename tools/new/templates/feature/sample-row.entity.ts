import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { SampleRowClosed } from './sample-rows.problems.js';

/** 样本: of one student, open until it is closed. */
@Entity({ schema: 'home_service', name: 'sample_row' })
export class SampleRow extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('text')
  description: string;

  /** The person, or the app that acted by itself. */
  @Column('text')
  registeredBy: string;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null = null;

  close(at: Date): void {
    if (this.closedAt) throw new SampleRowClosed();
    this.closedAt = at;
  }
}
