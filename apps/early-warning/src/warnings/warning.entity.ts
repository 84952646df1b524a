import { Column, Entity } from 'typeorm';
import type { Bilingual, WarningLevel } from '#contracts';
import { BaseEntity } from '#database';
import type { Evidence } from '#rule-language';
import type { Problem } from '#problems';
import {
  WarningMuted,
  WarningNoNotice,
  WarningNotConfirmed,
  WarningNotMuted,
  WarningNotOpen,
} from './warnings.problems.js';

export const STATUSES = {
  open: { zh: '待研判', en: 'open' },
  notice: { zh: '告知，无须研判', en: 'for information: it waits for nobody' },
  confirmed: { zh: '已确认', en: 'confirmed' },
  dismissed: { zh: '已排除', en: 'dismissed' },
  closed: { zh: '已关闭', en: 'closed' },
  withdrawn: { zh: '已撤回（所依据的数据已更正）', en: 'withdrawn: the data it rested on was corrected' },
  expired: { zh: '已随学期结束', en: 'a notice that ended with its term' },
} as const satisfies Record<string, Bilingual>;
export type Status = keyof typeof STATUSES;

export const WARNING_ACTIONS = {
  confirm: { zh: '确认', en: 'confirm it' },
  dismiss: { zh: '排除', en: 'dismiss it' },
  close: { zh: '关闭', en: 'close it' },
  mute: { zh: '不再提示', en: 'mute the notice' },
  unmute: { zh: '恢复提示', en: 'take the muting back' },
} as const satisfies Record<string, Bilingual>;
export type WarningAction = keyof typeof WARNING_ACTIONS;

/** Why a warning was set aside. */
export const DISMISS_REASONS = {
  data_error: { zh: '数据有误', en: 'the data is wrong' },
  excused: { zh: '有正当理由', en: 'there is a good reason' },
  already_known: { zh: '已知情并在跟进', en: 'known and being dealt with' },
  not_relevant: { zh: '无需关注', en: 'no cause for concern' },
  other: { zh: '其他', en: 'other' },
} as const satisfies Record<string, Bilingual>;

/** What came of a confirmed warning. */
export const OUTCOMES = {
  resolved: { zh: '问题已解决', en: 'resolved' },
  improved: { zh: '情况好转', en: 'improved' },
  referred: { zh: '已转介', en: 'referred' },
  left_school: { zh: '学生已离校', en: 'the student has left' },
  other: { zh: '其他', en: 'other' },
} as const satisfies Record<string, Bilingual>;

/** What may happen with a warning. */
export const HAPPENED = {
  raised: { zh: '发出', en: 'raised' },
  escalated: { zh: '升级', en: 'rose to a higher level' },
  reopened: { zh: '重开', en: 'raised again' },
  withdrawn: { zh: '撤回', en: 'withdrawn' },
  corrected: { zh: '数据更正', en: 'its data was corrected' },
  confirmed: { zh: '确认', en: 'confirmed' },
  dismissed: { zh: '排除', en: 'dismissed' },
  closed: { zh: '关闭', en: 'closed' },
  muted: { zh: '不再提示', en: 'muted' },
  unmuted: { zh: '恢复提示', en: 'no longer muted' },
  expired: { zh: '随学期结束', en: 'ended with its term' },
} as const satisfies Record<string, Bilingual>;

/** One step in a warning's life; `by` is a person's id, an app, or `engine`. */
export interface HistoryEntry {
  at: string;
  by: string;
  what: keyof typeof HAPPENED;
  level: WarningLevel;
  /** Version of the rule by which the engine raised, escalated or reopened it. */
  number?: number;
  /** As-of day of the run, where a run did it. */
  asOf?: string;
  /** Dismiss reason or outcome. */
  code?: string;
  note?: string;
}

/** A rule holds for a student. One is open or confirmed per rule and student; a person settles it. */
@Entity({ name: 'warning', schema: 'early_warning' })
export class Warning extends BaseEntity {
  @Column('text')
  ruleCode: string;

  /** The version that raised it, whichever judged it since. */
  @Column('uuid')
  ruleId: string;

  /** The version that last found it to hold, on `lastDay`; null = the same. */
  @Column('uuid', { nullable: true })
  judgedRuleId: string | null = null;

  @Column('uuid')
  studentId: string;

  @Column('text')
  level: WarningLevel;

  @Column('int')
  levelRank: number;

  @Column('text')
  status: Status = 'open';

  @Column('date')
  firstDay: string;

  @Column('date')
  lastDay: string;

  @Column('int')
  hits = 1;

  @Column('timestamptz')
  raisedAt: Date;

  @Column('boolean')
  holds = true;

  @Column('bigint')
  hwm: string;

  /** When the data it rested on was corrected, so that it holds no more. */
  @Column('timestamptz', { nullable: true })
  correctedAt: Date | null = null;

  @Column('text')
  reasonZh: string;

  @Column('text')
  reasonEn: string;

  /** By when a person is, or was, to look at it; null: no limit. */
  @Column('timestamptz', { nullable: true })
  triageDueAt: Date | null = null;

  /** Since when an open dispute makes its time limit stand still. */
  @Column('timestamptz', { nullable: true })
  pausedAt: Date | null = null;

  /** What was left of the time limit then, in milliseconds; null: there was none, or it was over. */
  @Column('bigint', { nullable: true })
  triageLeftMs: string | null = null;

  /** What a person first said of it. */
  @Column('text', { nullable: true })
  triage: 'confirmed' | 'dismissed' | null = null;

  @Column('timestamptz', { nullable: true })
  triagedAt: Date | null = null;

  @Column('text', { nullable: true })
  triageReason: keyof typeof DISMISS_REASONS | null = null;

  /** The care case that took it. */
  @Column('uuid', { nullable: true })
  caseId: string | null = null;

  /** Staff do not want to see the notice again while it lasts. */
  @Column('boolean')
  muted = false;

  /** When the student was told of the notice; null: they were not to be. */
  @Column('timestamptz', { nullable: true })
  toldAt: Date | null = null;

  /** When the student saw it; that closes nothing. */
  @Column('timestamptz', { nullable: true })
  reachedAt: Date | null = null;

  @Column('jsonb')
  evidence: Evidence;

  @Column('jsonb')
  history: HistoryEntry[] = [];

  confirm(by: string, now: Date, note?: string): void {
    this.must('confirm');
    Object.assign(this, { triage: 'confirmed', triagedAt: now });
    this.settle('confirmed', by, now, undefined, note);
  }

  dismiss(by: string, now: Date, reason: keyof typeof DISMISS_REASONS, note?: string): void {
    this.must('dismiss');
    Object.assign(this, { triage: 'dismissed', triagedAt: this.triagedAt ?? now, triageReason: reason });
    this.settle('dismissed', by, now, reason, note);
  }

  close(by: string, now: Date, outcome: keyof typeof OUTCOMES, note?: string): void {
    this.must('close');
    this.settle('closed', by, now, outcome, note);
  }

  mute(muted: boolean, by: string, now: Date): void {
    this.must(muted ? 'mute' : 'unmute');
    this.muted = muted;
    this.note({ at: now.toISOString(), by, what: muted ? 'muted' : 'unmuted', level: this.level });
  }

  private must(action: WarningAction): void {
    const refused = refusalOf(this, action);
    if (refused) throw refused;
  }

  private note(entry: HistoryEntry): void {
    this.history = [...this.history, entry];
  }

  /** A dispute over it was upheld: it should not have been, whatever was said of it before. */
  overturn(by: string, now: Date, reason: keyof typeof DISMISS_REASONS): void {
    if (this.status === 'dismissed' || this.status === 'withdrawn') return;
    Object.assign(this, { triage: 'dismissed', triagedAt: this.triagedAt ?? now, triageReason: reason });
    this.settle('dismissed', by, now, reason);
  }

  private settle(
    status: 'confirmed' | 'dismissed' | 'closed',
    by: string,
    now: Date,
    code?: string,
    note?: string,
  ): void {
    Object.assign(this, { status, muted: false });
    const entry: HistoryEntry = { at: now.toISOString(), by, what: status, level: this.level };
    this.note({ ...entry, ...(code && { code }), ...(note && { note }) });
  }
}

/** Why something cannot be done with a warning; undefined: it can. The one place that says so. */
export function refusalOf(
  { status, muted, correctedAt }: Pick<Warning, 'status' | 'muted' | 'correctedAt'>,
  action: WarningAction,
): Problem | undefined {
  // What was confirmed can be dismissed after all once its data turned out to be wrong.
  if (action === 'dismiss' && status === 'confirmed' && correctedAt) return undefined;
  switch (action) {
    case 'confirm':
    case 'dismiss':
      return status === 'open' || status === 'notice' ? undefined : new WarningNotOpen();
    case 'close':
      return status === 'confirmed' ? undefined : new WarningNotConfirmed();
    default:
      if (status !== 'notice') return new WarningNoNotice();
      if (action === 'mute') return muted ? new WarningMuted() : undefined;
      return muted ? undefined : new WarningNotMuted();
  }
}
