import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** A person has a bed from `validFrom` until before `validTo` (null = open); one bed a person, one person a bed. */
@Entity({ name: 'residence', schema: 'directory' })
export class Residence extends BaseEntity {
  @Column('uuid')
  personId: string;

  @Column('uuid')
  bedId: string;

  @Column('date')
  validFrom: string;

  @Column('date', { nullable: true })
  validTo: string | null = null;

  /** The source that keeps it up to date; null = made here. */
  @Column('text', { nullable: true })
  source: string | null = null;
}
