import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** A school year or a term; `startsOn` inclusive, `endsOn` exclusive. */
@Entity({ name: 'term', schema: 'directory' })
export class Term extends BaseEntity {
  @Column('text')
  code: string;

  @Column('text')
  name: string;

  @Column('text')
  kind: 'school_year' | 'term';

  /** The year in which the school year ends. */
  @Column('int')
  schoolYear: number;

  @Column('date')
  startsOn: string;

  @Column('date')
  endsOn: string;

  @Column('uuid', { nullable: true })
  parentId: string | null = null;
}
