import { Column, Entity } from 'typeorm';
import type { UNIT_KINDS } from '#contracts';
import { BaseEntity } from '#database';

/** A unit of the administrative or community trees: school, college, academy, class, grid … */
@Entity({ name: 'unit', schema: 'directory' })
export class Unit extends BaseEntity {
  @Column('text')
  kind: keyof typeof UNIT_KINDS;

  /** Unique among its kind. */
  @Column('text')
  code: string;

  @Column('text')
  name: string;

  @Column('uuid', { nullable: true })
  parentId: string | null = null;

  /** The term of a class, when the source says so. */
  @Column('uuid', { nullable: true })
  termId: string | null = null;

  @Column('boolean')
  active = true;
}
