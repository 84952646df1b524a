import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Rule } from '#rule-language';
import { ResourceNotDraft, ResourceNotPublished, ResourceSecondPersonNeeded } from './resources.problems.js';

export const RESOURCE_STATES = {
  draft: { zh: '草稿', en: 'draft' },
  published: { zh: '已发布', en: 'published' },
  withdrawn: { zh: '已撤下', en: 'withdrawn' },
} as const satisfies Record<string, Bilingual>;
export type ResourceState = keyof typeof RESOURCE_STATES;

/** Whom a resource fits, in the language of the rules. */
export type Match = Pick<Rule, 'features' | 'when' | 'students'>;

/** How many students it fits; a small number is not told. */
export interface Fitting {
  /** YYYY-MM-DD. */
  asOf: string;
  /** null: fewer than the school's smallest count, but somebody. */
  fits: number | null;
  /** Students of whom enough is known. */
  evaluated: number;
}

/** What is offered to students whom it fits. Once published it does not change. */
@Entity({ schema: 'early_warning', name: 'resource' })
export class Resource extends BaseEntity {
  /** Key of the policy's kinds. */
  @Column('text')
  kind: string;

  @Column('boolean')
  discreet: boolean;

  @Column('jsonb')
  title: Bilingual;

  @Column('jsonb')
  offers: Bilingual;

  /** Why it is offered, for the student; null: no reason is shown. */
  @Column('jsonb', { nullable: true })
  because: Bilingual | null;

  @Column('uuid')
  departmentId: string;

  @Column('text', { nullable: true })
  link: string | null;

  /** Places; null: as many as want it. */
  @Column('int', { nullable: true })
  capacity: number | null;

  /** Places that are taken; only `takePlaces` changes it. */
  @Column({ type: 'int', insert: false, update: false })
  taken: number;

  /** Both inclusive, YYYY-MM-DD. */
  @Column('date')
  firstDay: string;

  @Column('date')
  lastDay: string;

  @Column('jsonb')
  match: Match;

  @Column('text')
  state: ResourceState = 'draft';

  /** A person's id, or an app that acted by itself. */
  @Column('text')
  createdBy: string;

  @Column('text', { array: true })
  editedBy: string[] = [];

  @Column('timestamptz', { nullable: true })
  publishedAt: Date | null = null;

  /** A person's id. */
  @Column('text', { nullable: true })
  publishedBy: string | null = null;

  /** What was known when it was published. */
  @Column('jsonb', { nullable: true })
  publication: Fitting | null = null;

  @Column('timestamptz', { nullable: true })
  withdrawnAt: Date | null = null;

  @Column('text', { nullable: true })
  withdrawnBy: string | null = null;

  requireDraft(): void {
    if (this.state !== 'draft') throw new ResourceNotDraft();
  }

  /** `by`: a person's id. */
  requireSecondPerson(by: string): void {
    this.requireDraft();
    if (by === this.createdBy || this.editedBy.includes(by)) throw new ResourceSecondPersonNeeded();
  }

  publish(by: string, now: Date, publication: Fitting): void {
    this.requireSecondPerson(by);
    Object.assign(this, { state: 'published', publishedAt: now, publishedBy: by, publication });
  }

  withdraw(by: string, now: Date): void {
    if (this.state !== 'published') throw new ResourceNotPublished();
    Object.assign(this, { state: 'withdrawn', withdrawnAt: now, withdrawnBy: by });
  }
}
