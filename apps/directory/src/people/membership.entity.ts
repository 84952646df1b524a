import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** A person belongs to a unit from `validFrom` until before `validTo` (null = open). Memberships in one unit never overlap. */
@Entity({ name: 'membership', schema: 'directory' })
export class Membership extends BaseEntity {
  @Column('uuid')
  personId: string;

  @Column('uuid')
  unitId: string;

  @Column('date')
  validFrom: string;

  @Column('date', { nullable: true })
  validTo: string | null = null;

  /** Not the unit of its kind that the person mainly belongs to: a role marked so, or a course. */
  @Column('boolean')
  secondary: boolean = false;

  /** The source that keeps it up to date; null = made here. */
  @Column('text', { nullable: true })
  source: string | null = null;
}
