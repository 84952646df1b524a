import { Column, Entity } from 'typeorm';
import type { AppointmentKind, Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { Sealed, type SealedText } from '#vault';

export const DECISION_KINDS = {
  level: { zh: '定级', en: 'a level' },
  closure: { zh: '结案', en: 'that it is closed' },
  reopening: { zh: '重新开启', en: 'that it is opened again' },
} as const satisfies Record<string, Bilingual>;
export type DecisionKind = keyof typeof DECISION_KINDS;

export const DECISION_STATUSES = {
  proposed: { zh: '待确认', en: 'proposed' },
  confirmed: { zh: '已确认', en: 'confirmed' },
  declined: { zh: '未同意', en: 'declined' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
} as const satisfies Record<string, Bilingual>;

/** A level, a closure or a reopening that one person proposes and another confirms. */
@Entity({ schema: 'early_warning', name: 'care_decision' })
export class CareDecision extends BaseEntity {
  @Column('uuid')
  caseId: string;

  @Column('uuid')
  studentId: string;

  @Column('text')
  what: DecisionKind;

  @Column('text', { nullable: true })
  level: string | null = null;

  @Column('text', { nullable: true })
  effect: string | null = null;

  @Column('text')
  status: keyof typeof DECISION_STATUSES = 'proposed';

  @Sealed()
  reason: SealedText;

  @Sealed({ nullable: true })
  answer: SealedText | null = null;

  @Column('uuid')
  proposedBy: string;

  @Column('timestamptz')
  proposedAt: Date;

  @Column('uuid', { nullable: true })
  decidedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null = null;
}

export const TRANSFER_STATUSES = {
  offered: { zh: '等待答复', en: 'awaits an answer' },
  accepted: { zh: '已接收', en: 'accepted' },
  refused: { zh: '已拒绝', en: 'refused' },
  expired: { zh: '逾期未答复', en: 'nobody answered in time' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
} as const satisfies Record<string, Bilingual>;

/** A case is offered to another owner. Until that one accepts, the sender is the owner. */
@Entity({ schema: 'early_warning', name: 'care_transfer' })
export class CareTransfer extends BaseEntity {
  @Column('uuid')
  caseId: string;

  @Column('uuid')
  studentId: string;

  @Column('uuid')
  fromId: string;

  @Column('uuid')
  toId: string;

  @Column('text')
  status: keyof typeof TRANSFER_STATUSES = 'offered';

  @Sealed()
  reason: SealedText;

  @Sealed({ nullable: true })
  answer: SealedText | null = null;

  @Column('uuid')
  offeredBy: string;

  @Column('timestamptz')
  offeredAt: Date;

  @Column('timestamptz')
  dueAt: Date;

  @Column('timestamptz', { nullable: true })
  settledAt: Date | null = null;
}

/** Somebody of the team (专班) that cares for a student. */
@Entity({ schema: 'early_warning', name: 'care_member' })
export class CareMember extends BaseEntity {
  @Column('uuid')
  caseId: string;

  @Column('uuid')
  studentId: string;

  @Column('uuid')
  personId: string;

  @Column('text', { nullable: true })
  post: AppointmentKind | null = null;

  @Column('boolean')
  lead: boolean;

  @Sealed()
  duties: SealedText;

  @Column('timestamptz')
  joinedAt: Date;

  @Column('uuid')
  joinedBy: string;

  @Column('timestamptz', { nullable: true })
  leftAt: Date | null = null;
}

export const MEASURE_STATUSES = {
  open: { zh: '进行中', en: 'to be done' },
  done: { zh: '已完成', en: 'done' },
  dropped: { zh: '已取消', en: 'dropped' },
} as const satisfies Record<string, Bilingual>;
export type MeasureStatus = keyof typeof MEASURE_STATUSES;

/** What the plan (一人一策) wants done, by whom and until when. */
@Entity({ schema: 'early_warning', name: 'care_measure' })
export class CareMeasure extends BaseEntity {
  @Column('uuid')
  caseId: string;

  @Column('uuid')
  studentId: string;

  @Sealed()
  what: SealedText;

  @Column('uuid')
  ownerId: string;

  @Column('date')
  dueOn: string;

  @Column('text')
  status: MeasureStatus = 'open';

  @Sealed({ nullable: true })
  result: SealedText | null = null;

  @Column('timestamptz')
  plannedAt: Date;

  @Column('uuid')
  plannedBy: string;

  @Column('timestamptz', { nullable: true })
  settledAt: Date | null = null;

  @Column('uuid', { nullable: true })
  settledBy: string | null = null;
}

export const ENTRY_KINDS = {
  note: { zh: '记录', en: 'a note' },
  talk: { zh: '谈话', en: 'a talk' },
  visit: { zh: '走访', en: 'a visit' },
  call: { zh: '电话或消息', en: 'a call or a message' },
  action: { zh: '帮扶', en: 'something done to help' },
  review: { zh: '复核', en: 'a review' },
} as const satisfies Record<string, Bilingual>;
export type EntryKind = keyof typeof ENTRY_KINDS;

export const CONFIDENTIALITIES = {
  team: { zh: '专班', en: 'the owner and the team' },
  named: { zh: '指定人员', en: 'named persons' },
  psychologist: { zh: '仅心理教师', en: 'psychologists alone' },
} as const satisfies Record<string, Bilingual>;
export type Confidentiality = keyof typeof CONFIDENTIALITIES;

/** What was done, said or seen. */
@Entity({ schema: 'early_warning', name: 'care_entry' })
export class CareEntry extends BaseEntity {
  @Column('uuid')
  caseId: string;

  @Column('uuid')
  studentId: string;

  @Column('text')
  kind: EntryKind;

  @Column('boolean', { nullable: true })
  reached: boolean | null = null;

  @Column('date')
  happenedOn: string;

  @Column('text')
  confidentiality: Confidentiality;

  @Column('uuid', { array: true })
  readers: string[];

  @Sealed()
  text: SealedText;

  @Column('timestamptz')
  recordedAt: Date;

  @Column('uuid')
  recordedBy: string;

  @Column('text')
  recordedByApp: string;

  /** It was recorded by mistake. */
  @Column('timestamptz', { nullable: true })
  voidedAt: Date | null = null;
}

export const SUPERVISION_CAUSES = {
  level: { zh: '逾期未定级', en: 'it has no level in time' },
  review: { zh: '逾期未复核', en: 'its review is overdue' },
  measure: { zh: '措施逾期', en: 'a measure is overdue' },
  triage: { zh: '预警超时未研判', en: 'a warning was not triaged in time' },
  referral: { zh: '反映超时未受理', en: 'a referral was not taken up in time' },
} as const satisfies Record<string, Bilingual>;
export type SupervisionCause = keyof typeof SUPERVISION_CAUSES;

/** What may be overdue of a case. */
export type CaseCause = Exclude<SupervisionCause, 'triage' | 'referral'>;

/** Something of a case is overdue, or a warning or a referral, and those of a step of the line are told of it (督办). */
@Entity({ schema: 'early_warning', name: 'care_supervision' })
export class CareSupervision extends BaseEntity {
  @Column('uuid', { nullable: true })
  caseId: string | null = null;

  @Column('uuid', { nullable: true })
  warningId: string | null = null;

  @Column('uuid', { nullable: true })
  referralId: string | null = null;

  @Column('uuid')
  studentId: string;

  @Column('text')
  cause: SupervisionCause;

  /** Place in the policy's line, from 1. */
  @Column('int')
  step: number;

  /** The post of that step, as the line had it; null: from before it was kept. */
  @Column('text', { nullable: true })
  post: AppointmentKind | null = null;

  @Column('uuid', { array: true })
  personIds: string[];

  @Column('timestamptz')
  sinceAt: Date;

  /** Of a case: the day on which it goes up a step. */
  @Column('date', { nullable: true })
  risesOn: string | null = null;

  /** Of a warning or a referral: the instant at which it does. */
  @Column('timestamptz', { nullable: true })
  risesAt: Date | null = null;

  @Sealed({ nullable: true })
  answer: SealedText | null = null;

  @Column('uuid', { nullable: true })
  answeredBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  answeredAt: Date | null = null;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null = null;
}
