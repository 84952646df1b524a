import { Column, Entity, PrimaryColumn } from 'typeorm';
import { BaseEntity, newId } from '#database';
import { PortraitWithdrawn } from './portraits.problems.js';

/** What was published of a week. */
@Entity({ schema: 'early_warning', name: 'portrait_snapshot' })
export class PortraitSnapshot extends BaseEntity {
  /** Monday of the week. */
  @Column('date')
  week: string;

  @Column('int')
  policyVersion: number;

  /** Fewest persons of a group, then. */
  @Column('int')
  least: number;

  @Column('timestamptz')
  publishedAt: Date;

  @Column('timestamptz', { nullable: true })
  withdrawnAt: Date | null = null;

  @Column('uuid', { nullable: true })
  withdrawnBy: string | null = null;

  @Column('text', { nullable: true })
  withdrawnFor: string | null = null;

  /** Takes back what was published. Nothing takes its place: two versions of a week would tell what lies between them. */
  withdraw(by: string | undefined, reason: string, now: Date): void {
    if (this.withdrawnAt) throw new PortraitWithdrawn();
    Object.assign(this, { withdrawnAt: now, withdrawnBy: by ?? null, withdrawnFor: reason });
  }
}

/** A metric of a unit or place in a week; without figures it is withheld. */
@Entity({ schema: 'early_warning', name: 'portrait_cell' })
export class PortraitCell {
  @PrimaryColumn('uuid')
  id: string = newId();

  @Column('uuid')
  snapshotId: string;

  @Column('text')
  tree: string;

  @Column('uuid')
  unitId: string;

  @Column('smallint')
  metric: number;

  @Column('int', { nullable: true })
  students: number | null;

  @Column('double precision', { nullable: true })
  mean: number | null;

  @Column('double precision', { nullable: true })
  lowQuartile: number | null;

  @Column('double precision', { nullable: true })
  median: number | null;

  @Column('double precision', { nullable: true })
  highQuartile: number | null;
}

/** Students who are counted together; see disclosure/groups.ts. */
@Entity({ schema: 'early_warning', name: 'portrait_group' })
export class PortraitGroup extends BaseEntity {
  @Column('text')
  tree: string;

  /** null: of all metrics of the tree of which no record is a zero. */
  @Column('smallint', { nullable: true })
  metric: number | null;

  @Column('uuid', { array: true })
  path: string[];

  /** Ordinals of students. */
  @Column('int', { array: true })
  members: number[];

  @Column('boolean')
  closed: boolean;
}
