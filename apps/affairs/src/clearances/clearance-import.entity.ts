import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** A sheet of decisions that was accepted, until it has been worked off. */
@Entity({ name: 'clearance_import', schema: 'affairs' })
export class ClearanceImport extends BaseEntity {
  /** The 202 job that reports on it. */
  @Column('uuid')
  jobId: string;

  @Column('uuid')
  listId: string;

  /** Null once it has taken effect, or its errors are no longer kept: the sheet names people. */
  @Column('bytea', { nullable: true })
  content: Buffer | null;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null = null;

  /** What the requester signed for when they asked. */
  @Column('boolean')
  wholeSchool: boolean;

  @Column('uuid', { array: true })
  unitIds: string[];

  /** A person's id, or the client id of an app. */
  @Column('text')
  requestedBy: string;
}
