import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** A branch covers a grid, from when to when: one branch N grids (1+N), a grid one branch at a time. */
@Entity({ name: 'grid_assignment', schema: 'party_building' })
export class GridAssignment extends BaseEntity {
  @Column('uuid')
  organizationId: string;

  @Column('uuid')
  gridId: string;

  @Column('date')
  validFrom: string;

  @Column('date', { nullable: true })
  validTo: string | null;
}
