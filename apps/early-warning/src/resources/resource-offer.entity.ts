import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { ResourceAnswered, ResourceFull, ResourceNotOpen, ResourceNotYours } from './resources.problems.js';

export const OFFER_STATUSES = {
  offered: { zh: '已推送', en: 'offered' },
  taken_up: { zh: '已使用', en: 'taken up' },
  declined: { zh: '已谢绝', en: 'declined' },
} as const satisfies Record<string, Bilingual>;
export type OfferStatus = keyof typeof OFFER_STATUSES;

export const OFFER_ORIGINS = {
  match: { zh: '按情况推送', en: 'it fits the student' },
  own: { zh: '本人从目录中选择', en: 'the student chose it from the catalogue' },
} as const satisfies Record<string, Bilingual>;

export const OFFER_ACTIONS = {
  take_up: { zh: '使用', en: 'take it up' },
  decline: { zh: '谢绝，或退回已得的名额', en: 'decline it, or give the place back' },
} as const satisfies Record<string, Bilingual>;
export type OfferAction = keyof typeof OFFER_ACTIONS;

/** How the resource stands for whoever would take it up. */
export interface OfferedResource {
  /** Published, and today is one of its days. */
  open: boolean;
  full: boolean;
}

/** A resource that a student was offered, and what they said to it. */
@Entity({ schema: 'early_warning', name: 'resource_offer' })
export class ResourceOffer extends BaseEntity {
  @Column('uuid')
  resourceId: string;

  @Column('uuid')
  studentId: string;

  @Column('text')
  origin: keyof typeof OFFER_ORIGINS;

  @Column('text')
  status: OfferStatus;

  @Column('date')
  termStartsOn: string;

  /** The day as of which it fitted, YYYY-MM-DD. */
  @Column('date', { nullable: true })
  asOf: string | null = null;

  @Column('timestamptz')
  offeredAt: Date;

  @Column('timestamptz', { nullable: true })
  answeredAt: Date | null = null;
}

/** Why something cannot be said to an offer by who asks; undefined: it can. The one place that says so. */
export function refusalOf(
  action: OfferAction,
  status: OfferStatus,
  { own, open, full }: OfferedResource & { own: boolean },
): Problem | undefined {
  if (!own) return new ResourceNotYours();
  if (action === 'decline') return status === 'declined' ? new ResourceAnswered() : undefined;
  if (status === 'taken_up') return new ResourceAnswered();
  if (!open) return new ResourceNotOpen();
  return full ? new ResourceFull() : undefined;
}
