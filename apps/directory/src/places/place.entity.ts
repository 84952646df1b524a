import { Column, Entity } from 'typeorm';
import type { PLACE_KINDS } from '#contracts';
import { BaseEntity } from '#database';

/** A place people live in, from the campus down to the bed. */
@Entity({ name: 'place', schema: 'directory' })
export class Place extends BaseEntity {
  @Column('text')
  kind: keyof typeof PLACE_KINDS;

  /** Unique among its kind. */
  @Column('text')
  code: string;

  @Column('text')
  name: string;

  @Column('uuid', { nullable: true })
  parentId: string | null = null;

  /** The grid of the community it belongs to, with all below it. */
  @Column('uuid', { nullable: true })
  gridId: string | null = null;

  @Column('boolean')
  active = true;

  /** The source that keeps it up to date; null = made here. */
  @Column('text', { nullable: true })
  source: string | null = null;
}
