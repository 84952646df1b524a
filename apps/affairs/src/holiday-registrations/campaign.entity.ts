import { isDeepStrictEqual } from 'node:util';
import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { HolidayCampaignFixed, HolidayCampaignNotInState } from './holiday.problems.js';

export const CAMPAIGN_STATUSES = {
  draft: { zh: '草稿', en: 'draft' },
  open: { zh: '进行中', en: 'open' },
  closed: { zh: '已结束', en: 'closed' },
} as const satisfies Record<string, Bilingual>;
export type CampaignStatus = keyof typeof CAMPAIGN_STATUSES;

/** What a registration may have to say. */
export const ASKS = {
  region: { zh: '去往地区', en: 'region the student goes to' },
  address: { zh: '详细地址', en: 'address there' },
  contact: { zh: '紧急联系方式', en: 'how to be reached' },
  leavesAt: { zh: '离校时间', en: 'when the student leaves' },
  returnsAt: { zh: '返校时间', en: 'when the student is back' },
  guardianTold: { zh: '家长是否知情', en: 'whether a guardian knows' },
  keepsBed: { zh: '是否保留床位', en: 'whether the bed is kept' },
  note: { zh: '说明', en: 'note' },
} as const satisfies Record<string, Bilingual>;
export type Asked = keyof typeof ASKS;

/** A kind of destination, as a campaign says it. */
export interface HolidayDestination {
  code: string;
  title: Bilingual;
  /** The student is away at night; else stays on campus. */
  away: boolean;
  /** It counts once whoever answers for the student has agreed. */
  approval: boolean;
  /** What must be given. */
  asks: Asked[];
}

/** What whoever holds it says of a campaign. */
export interface CampaignContent {
  title: Bilingual;
  unitId: string | null;
  startsAt: Date;
  endsAt: Date;
  opensOn: string;
  closesOn: string;
  unitIds: string[];
  grades: string[];
  destinations: HolidayDestination[];
}

/** Registration for a holiday: where students will be, of whom it is asked, and what (节假日去向登记). */
@Entity({ schema: 'affairs', name: 'holiday_campaign' })
export class HolidayCampaign extends BaseEntity {
  @Column('jsonb')
  title: Bilingual;

  /** The college that holds it; null: the school. */
  @Column('uuid', { nullable: true })
  unitId: string | null;

  /** From when on students may be away. */
  @Column('timestamptz')
  startsAt: Date;

  /** By when they must be back, exclusive. */
  @Column('timestamptz')
  endsAt: Date;

  /** First and last day on which students register. */
  @Column('date')
  opensOn: string;

  @Column('date')
  closesOn: string;

  /** Units whose students it is for; none: all. */
  @Column('uuid', { array: true })
  unitIds: string[];

  /** Grades whose students it is for; none: all. */
  @Column('text', { array: true })
  grades: string[];

  @Column('jsonb')
  destinations: HolidayDestination[];

  @Column('text')
  status: CampaignStatus = 'draft';

  static draft(content: CampaignContent): HolidayCampaign {
    const campaign = new HolidayCampaign();
    campaign.change(content);
    return campaign;
  }

  /** Once it is open, students have registered under what it says: only its title and last day of registration may change. */
  change(content: CampaignContent): void {
    if (this.status === 'closed') throw new HolidayCampaignNotInState();
    if (this.status === 'open') {
      const { title, closesOn } = content;
      if (!isDeepStrictEqual({ ...content, title, closesOn }, { ...this.content, title, closesOn }))
        throw new HolidayCampaignFixed();
    }
    Object.assign(this, content);
  }

  get content(): CampaignContent {
    const { title, unitId, startsAt, endsAt, opensOn, closesOn, unitIds, grades, destinations } = this;
    return { title, unitId, startsAt, endsAt, opensOn, closesOn, unitIds, grades, destinations };
  }

  open(): void {
    this.mustBe('draft');
    this.status = 'open';
  }

  close(): void {
    this.mustBe('open');
    this.status = 'closed';
  }

  reopen(): void {
    this.mustBe('closed');
    this.status = 'open';
  }

  mustBe(status: CampaignStatus): void {
    if (this.status !== status) throw new HolidayCampaignNotInState();
  }

  destination(code: string): HolidayDestination | undefined {
    return this.destinations.find((one) => one.code === code);
  }
}
