import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import type { Campaign } from './campaign.entity.js';
import {
  ShowcaseNominationWithdrawn,
  ShowcaseNotInCharge,
  ShowcaseNotManaged,
  ShowcaseNotReviewer,
  ShowcaseOwnWork,
  ShowcaseWorkNominated,
  ShowcaseWorkNotWithdrawn,
  ShowcaseWorkWithdrawn,
} from './showcase.problems.js';

export const WORK_ACTIONS = {
  change: { zh: '修改', en: 'change it' },
  withdraw: { zh: '撤回', en: 'take it back' },
  restore: { zh: '恢复', en: 'show it again' },
  nominate: { zh: '推荐', en: 'nominate it' },
} as const satisfies Record<string, Bilingual>;
export type WorkAction = keyof typeof WORK_ACTIONS;

/** Who asks, as far as it matters to a work, and whether it is nominated. */
export interface WorkAsker {
  inCharge: boolean;
  /** Sees to the showcase for the whole school. */
  manages: boolean;
  nominated: boolean;
}

export const NOMINATION_ACTIONS = {
  withdraw: { zh: '撤回推荐', en: 'take it back' },
  select: { zh: '入选案例库', en: 'select it into the case library' },
  deselect: { zh: '取消入选', en: 'take it out of the case library' },
  review: { zh: '评审', en: 'score it' },
} as const satisfies Record<string, Bilingual>;
export type NominationAction = keyof typeof NOMINATION_ACTIONS;

/** Who asks, as far as it matters to a nomination. */
export interface NominationAsker {
  manages: boolean;
  reviews: boolean;
  /** The work, or the nomination, is theirs or of a unit they hold a post of. */
  own: boolean;
}

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

  /** Why something cannot be done with it today by who asks; undefined: it can. Whether a place is free, nominating finds out. */
  refusal(action: WorkAction, by: WorkAsker, campaign: Campaign, today: string): Problem | undefined {
    const nominates = action === 'nominate';
    if (nominates ? !by.manages : !by.inCharge) return nominates ? new ShowcaseNotManaged() : new ShowcaseNotInCharge();
    if (by.nominated) return new ShowcaseWorkNominated();
    const outside = nominates ? campaign.outside(today, 'nominate') : campaign.outside(today, 'upload', 'nominate');
    if (outside) return outside;
    if (action === 'restore') return this.withdrawnAt ? undefined : new ShowcaseWorkNotWithdrawn();
    return this.withdrawnAt ? new ShowcaseWorkWithdrawn() : undefined;
  }
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

  /** Why something cannot be done with it today by who asks; undefined: it can. */
  refusal(action: NominationAction, by: NominationAsker, campaign: Campaign, today: string): Problem | undefined {
    const reviews = action === 'review';
    if (reviews ? !by.reviews : !by.manages) return reviews ? new ShowcaseNotReviewer() : new ShowcaseNotManaged();
    const outside = ['review', 'withdraw'].includes(action)
      ? campaign.outside(today, 'nominate', 'select')
      : campaign.outside(today, 'select');
    if (outside) return outside;
    if (this.withdrawnAt) return new ShowcaseNominationWithdrawn();
    return reviews && by.own ? new ShowcaseOwnWork() : undefined;
  }
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
