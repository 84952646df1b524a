import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** A file of appointments that was accepted, until it has been worked off. */
@Entity({ name: 'appointment_import', schema: 'staffing' })
export class AppointmentImport extends BaseEntity {
  /** The 202 job that reports on it. */
  @Column('uuid')
  jobId: string;

  /** Null once it has taken effect, or its errors are no longer kept: the file names people. */
  @Column('bytea', { nullable: true })
  content: Buffer | null;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null = null;

  /** What the requester could appoint for when they asked. */
  @Column('boolean')
  wholeSchool: boolean;

  @Column('uuid', { array: true })
  unitIds: string[];

  /** Only compared, nothing written. */
  @Column('boolean')
  dryRun: boolean;

  @Column('uuid', { nullable: true })
  requestedBy: string | null;
}
