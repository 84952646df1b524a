import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** A work of a unit of the school. It is made to be shown: nothing in it is sealed. */
@Entity({ schema: 'affairs', name: 'showcase_work' })
export class Work extends BaseEntity {
  @Column('uuid')
  campaignId: string;

  /** The unit of the school whose work it is. */
  @Column('uuid')
  unitId: string;

  @Column('text')
  section: string;

  @Column('text')
  title: string;

  @Column('text')
  abstract: string;

  @Column('text')
  body: string;

  /** Who handed it in; null: the app by itself. */
  @Column('uuid', { nullable: true })
  personId: string | null;

  @Column('timestamptz', { nullable: true })
  withdrawnAt: Date | null = null;
}

/** That the school recommends a work. One that was taken back has no place any more. */
@Entity({ schema: 'affairs', name: 'showcase_nomination' })
export class Nomination extends BaseEntity {
  @Column('uuid')
  campaignId: string;

  @Column('uuid')
  workId: string;

  @Column('text')
  section: string;

  /** Its place among those of the school, from 1. */
  @Column('int')
  schoolPlace: number;

  /** Its place among those of its section, from 1. */
  @Column('int')
  sectionPlace: number;

  /** Of the recommendation form: why it is worth following. */
  @Column('text')
  reason: string;

  /** Of the recommendation form: what came of it. */
  @Column('text')
  effect: string;

  @Column('uuid', { nullable: true })
  personId: string | null;

  @Column('timestamptz')
  nominatedAt: Date;

  @Column('timestamptz', { nullable: true })
  withdrawnAt: Date | null = null;

  /** When it was selected into the case library. */
  @Column('timestamptz', { nullable: true })
  selectedAt: Date | null = null;
}

/** What a reviewer says of a nomination; the last word counts. */
@Entity({ schema: 'affairs', name: 'showcase_review' })
export class Review extends BaseEntity {
  @Column('uuid')
  nominationId: string;

  @Column('uuid')
  reviewerId: string;

  /** 0 to 100. */
  @Column('int')
  score: number;

  @Column('text')
  opinion: string;

  @Column('timestamptz')
  reviewedAt: Date;
}
