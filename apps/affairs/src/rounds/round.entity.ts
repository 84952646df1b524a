import { randomUUID } from 'node:crypto';
import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import type { QuotaRowDto, RoundContent, RoundKind } from './round-content.js';
import {
  RoundAwardedElsewhere,
  RoundCollegesFirst,
  RoundNoticeRuns,
  RoundNotDecided,
  RoundNotInState,
  RoundNotManaged,
  RoundObjectionsOpen,
  RoundSecondPerson,
} from './rounds.problems.js';

export const ROUND_STATUSES = {
  draft: { zh: '草稿', en: 'draft' },
  open: { zh: '申请中', en: 'open for entries' },
  review: { zh: '评审中', en: 'under review' },
  proposed: { zh: '名单待审', en: 'proposed: its list awaits approval' },
  notice: { zh: '公示中', en: 'under public notice' },
  final: { zh: '已终审', en: 'final' },
  cancelled: { zh: '已取消', en: 'cancelled' },
} as const satisfies Record<string, Bilingual>;
export type RoundStatus = keyof typeof ROUND_STATUSES;

export const ROUND_ACTIONS = {
  change: { zh: '修改草稿', en: 'change the draft' },
  open: { zh: '开放申请，内容不再变化', en: 'open it: from now on its content stays' },
  close: { zh: '截止申请，开始评审', en: 'end the entries, begin the review' },
  reopen: { zh: '重新开放申请', en: 'take entries again' },
  propose: { zh: '计算排名，提出名单', en: 'work the ranking out and propose the list' },
  approve: {
    zh: '审核通过（学院）或审定并公示',
    en: 'approve the list: of a college its part, or all of it, which begins the notice',
  },
  return: { zh: '退回评审', en: 'return the list to the review' },
  'take-back': { zh: '撤回名单或公示', en: 'take the list, or the notice, back' },
  finish: { zh: '公示期满，终审', en: 'make it final after the notice' },
  cancel: { zh: '取消批次', en: 'cancel the round' },
} as const satisfies Record<string, Bilingual>;
export type RoundAction = keyof typeof ROUND_ACTIONS;

/** What says why. */
export const NEED_COMMENT: readonly RoundAction[] = ['return', 'take-back', 'cancel'];

const FROM: Record<RoundAction, readonly RoundStatus[]> = {
  change: ['draft'],
  open: ['draft'],
  close: ['open'],
  reopen: ['review'],
  propose: ['review'],
  approve: ['proposed'],
  return: ['proposed'],
  'take-back': ['proposed', 'notice'],
  finish: ['notice'],
  cancel: ['draft', 'open', 'review', 'proposed', 'notice'],
};

/** Who asks what may be done with a round, and what else decides on it. */
export interface RoundAsker {
  /** A person's id, or an app. */
  by: string;
  manages: boolean;
  /** Decides for the unit that holds the round. */
  decides: boolean;
  /** Of the colleges whose approval is awaited, those the asker decides for. */
  colleges: readonly string[];
  /** Last day of the latest notice, when it is not over. */
  noticeUntil: string | null;
  openObjections: boolean;
  /** Entries that are in, of students who have got something of the same group meanwhile, where the round excludes that. */
  awardedElsewhere: number;
}

/** A round (评选批次) of a unit: from the draft over entries, review and public notice to the result. */
@Entity({ schema: 'affairs', name: 'round' })
export class Round extends BaseEntity {
  /** The school, or the college that holds it. */
  @Column('uuid')
  unitId: string;

  @Column('text')
  kind: RoundKind;

  @Column('int')
  schoolYear: number;

  @Column('text', { nullable: true })
  awardGroup: string | null;

  @Column('text')
  status: RoundStatus = 'draft';

  @Column('jsonb')
  content: RoundContent;

  /** Places as numbers; what is not among them is worked out per mille, or without limit. */
  @Column('jsonb')
  quota: QuotaRowDto[] = [];

  /** The places that the proposed list was made with. */
  @Column('jsonb')
  places: QuotaRowDto[] = [];

  /** Decides lots; made when nobody has entered yet, and shown, so that anybody can draw them again. */
  @Column('text')
  seed: string = randomUUID();

  /** Colleges whose approval of their part of the list is awaited. */
  @Column('uuid', { array: true })
  awaitsUnitIds: string[] = [];

  @Column('text', { nullable: true })
  proposedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  finalAt: Date | null = null;

  static draft(unitId: string, content: RoundContent): Round {
    const round = Object.assign(new Round(), { unitId });
    round.write(content);
    return round;
  }

  write(content: RoundContent): void {
    const { kind, schoolYear, group } = content;
    Object.assign(this, { content, kind, schoolYear, awardGroup: group });
  }

  /** Why something cannot be done with it now by who asks; undefined: it can. Answers and guards come from it. */
  refusal(action: RoundAction, asker: RoundAsker): Problem | undefined {
    const { manages, decides, colleges } = asker;
    if (action === 'approve' || action === 'return') {
      if (!decides && colleges.length === 0) return new RoundNotDecided();
    } else if (!manages) return new RoundNotManaged();
    if (!FROM[action].includes(this.status)) return this.notInState();
    if (action === 'approve' && colleges.length === 0) {
      if (this.awaitsUnitIds.length > 0) return new RoundCollegesFirst();
      if (this.proposedBy === asker.by) return new RoundSecondPerson();
    }
    if (action !== 'finish') return undefined;
    if (asker.openObjections) return new RoundObjectionsOpen();
    if (asker.noticeUntil) return new RoundNoticeRuns({ params: { date: asker.noticeUntil } });
    const entries = asker.awardedElsewhere;
    return entries > 0 ? new RoundAwardedElsewhere({ params: { entries } }) : undefined;
  }

  propose(by: string, places: QuotaRowDto[], colleges: readonly string[]): void {
    const awaitsUnitIds = this.content.collegeApproval ? [...colleges] : [];
    Object.assign(this, { status: 'proposed', proposedBy: by, places, awaitsUnitIds });
  }

  /** Of colleges their part; with none, all of it. */
  approve(colleges: readonly string[]): void {
    if (colleges.length === 0) this.status = 'notice';
    else this.awaitsUnitIds = this.awaitsUnitIds.filter((id) => !colleges.includes(id));
  }

  backToReview(): void {
    Object.assign(this, { status: 'review', proposedBy: null, awaitsUnitIds: [], places: [] });
  }

  finish(now: Date): void {
    Object.assign(this, { status: 'final', finalAt: now });
  }

  notInState(): Problem {
    return new RoundNotInState({ params: { status: this.status } });
  }
}

/** A public notice (公示) of entries of a round. */
@Entity({ schema: 'affairs', name: 'round_notice' })
export class RoundNotice extends BaseEntity {
  @Column('uuid')
  roundId: string;

  /** From 1; a further one is of those who move up. */
  @Column('int')
  number: number;

  @Column('date')
  startsOn: string;

  /** Its last day. */
  @Column('date')
  endsOn: string;

  @Column('int')
  workingDays: number;

  /** A year without an official plan of working days was counted. */
  @Column('boolean')
  provisional: boolean;

  /** What it shows. */
  @Column('text', { array: true })
  fields: string[];

  /** Shown to the college concerned alone. */
  @Column('boolean')
  concernedOnly: boolean;

  @Column('int')
  policyNumber: number;

  @Column('timestamptz', { nullable: true })
  withdrawnAt: Date | null = null;
}
