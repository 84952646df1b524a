import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { addDays } from '#time';
import { Sealed, type SealedText } from '#vault';
import type { CareLevel } from './care.policy.js';

export const ORIGINS = {
  warning: { zh: '预警', en: 'a warning' },
  referral: { zh: '他人反映', en: 'a referral' },
  application: { zh: '学生的申请', en: 'an application' },
  person: { zh: '工作人员发现', en: 'a member of staff' },
} as const satisfies Record<string, Bilingual>;
export type Origin = keyof typeof ORIGINS;

/** How far a case is. Nothing sets it: it follows from what was recorded (`stageOf`). */
export const STAGES = {
  found: { zh: '发现', en: 'found' },
  levelled: { zh: '定级', en: 'has a level' },
  team: { zh: '专班', en: 'has a team' },
  helping: { zh: '帮扶', en: 'is being helped' },
  supervised: { zh: '督办', en: 'is supervised: something is overdue' },
  closed: { zh: '结案', en: 'closed' },
} as const satisfies Record<string, Bilingual>;
export type Stage = keyof typeof STAGES;

/** A student under care (帮扶个案). */
@Entity({ schema: 'early_warning', name: 'care_case' })
export class CareCase extends BaseEntity {
  @Column('uuid')
  studentId: string;

  /** Key of the policy's kinds. */
  @Column('text')
  kind: string;

  @Column('text')
  origin: Origin;

  @Column('timestamptz')
  openedAt: Date;

  @Column('uuid')
  openedBy: string;

  @Column('text')
  openedByApp: string;

  /** The student's application from which it was opened. */
  @Column('uuid', { nullable: true })
  applicationId: string | null = null;

  /** Why it was opened. */
  @Sealed()
  summary: SealedText;

  /** Key of the policy's levels; null: two persons have not agreed on one yet. */
  @Column('text', { nullable: true })
  level: string | null = null;

  /** Place among the levels, 1 the mildest. */
  @Column('int', { nullable: true })
  levelRank: number | null = null;

  @Column('uuid', { nullable: true })
  levelProposedBy: string | null = null;

  @Column('uuid', { nullable: true })
  levelConfirmedBy: string | null = null;

  @Column('date', { nullable: true })
  levelDueOn: string | null = null;

  /** The last day on which its next review is in time. */
  @Column('date', { nullable: true })
  reviewOn: string | null = null;

  /** The last day of which something was recorded. */
  @Column('date')
  activeOn: string;

  /** From this day on it counts as quiet. */
  @Column('date', { nullable: true })
  quietOn: string | null = null;

  @Column('date', { nullable: true })
  quietToldOn: string | null = null;

  /** The term before whose end it was last put up for review with all others. */
  @Column('uuid', { nullable: true })
  pulledUpTerm: string | null = null;

  @Sealed({ nullable: true })
  goals: SealedText | null = null;

  @Column('timestamptz', { nullable: true })
  plannedAt: Date | null = null;

  @Column('uuid', { nullable: true })
  plannedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null = null;

  /** Key of the policy's effects. */
  @Column('text', { nullable: true })
  effect: string | null = null;

  @Column('uuid', { nullable: true })
  closureProposedBy: string | null = null;

  @Column('uuid', { nullable: true })
  closureConfirmedBy: string | null = null;

  @Column('int')
  reopenedCount = 0;

  /** Who opened it again, the last time. */
  @Column('uuid', { nullable: true })
  reopeningProposedBy: string | null = null;

  @Column('uuid', { nullable: true })
  reopeningConfirmedBy: string | null = null;

  plan(goals: string, by: string, now: Date): void {
    Object.assign(this, { goals, plannedBy: by, plannedAt: now });
  }

  /** Two persons agreed on a level: reviews and quiet are counted by it from today on. */
  setLevel(level: CareLevel, rank: number, by: { proposed: string; confirmed: string }, today: string): void {
    Object.assign(this, {
      level: level.key,
      levelRank: rank,
      levelProposedBy: by.proposed,
      levelConfirmedBy: by.confirmed,
    });
    this.levelDueOn = null;
    this.reviewOn = addDays(today, level.reviewDays);
    this.countQuiet(level, today);
  }

  /** Something of a day is recorded, or what was is no longer: `on` is the last day of which something is. */
  recorded(on: string, level: CareLevel | undefined): void {
    this.activeOn = on;
    if (level) this.countQuiet(level, on);
  }

  reviewed(level: CareLevel, today: string): void {
    this.reviewOn = addDays(today, level.reviewDays);
  }

  /** Its review is due today at the latest. */
  mustBeReviewed(today: string): void {
    if (this.reviewOn === null || this.reviewOn > today) this.reviewOn = today;
  }

  close(effect: string, by: { proposed: string; confirmed: string }, now: Date): void {
    Object.assign(this, { effect, closedAt: now, closureProposedBy: by.proposed, closureConfirmedBy: by.confirmed });
    Object.assign(this, { levelDueOn: null, reviewOn: null, quietOn: null });
  }

  /** Two persons agreed on it: the help goes on as before; the review of where the student stands is due by its rhythm. */
  reopen(level: CareLevel, by: { proposed: string; confirmed: string }, today: string): void {
    this.reopenedCount++;
    Object.assign(this, { reopeningProposedBy: by.proposed, reopeningConfirmedBy: by.confirmed });
    Object.assign(this, { effect: null, closedAt: null, closureProposedBy: null, closureConfirmedBy: null });
    this.activeOn = today;
    this.reviewed(level, today);
    this.countQuiet(level, today);
  }

  private countQuiet({ quietDays }: CareLevel, from: string): void {
    this.quietOn = addDays(from > this.activeOn ? from : this.activeOn, quietDays);
  }
}
