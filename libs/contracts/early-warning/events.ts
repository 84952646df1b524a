import { ArrayMaxSize, IsBoolean, IsDateString, IsIn, IsInt, IsString, IsUUID } from 'class-validator';
import { Event } from '../event.js';
import { WARNING_LEVELS, type WarningLevel } from './codes.js';

/** A source of observations fell silent: rules that need it say nothing until it is back. */
@Event({
  name: 'early-warning.source-silent.v1',
  consumers: [],
  tells: { permission: 'early-warning:source:read', zh: '数据源中断', en: 'A source is silent' },
})
export class SourceSilentV1 {
  @IsUUID()
  noticeId: string;

  @IsString()
  source: string;

  /** `dead`: nothing came; `degraded`: far fewer students than usual. */
  @IsIn(['dead', 'degraded'])
  kind: 'dead' | 'degraded';

  constructor(values: { noticeId: string; source: string; kind: SourceSilentV1['kind'] }) {
    Object.assign(this, values);
  }
}

/** A source that was silent delivers again. */
@Event({
  name: 'early-warning.source-recovered.v1',
  consumers: [],
  tells: { permission: 'early-warning:source:read', zh: '数据源恢复', en: 'A source has recovered' },
})
export class SourceRecoveredV1 {
  @IsUUID()
  noticeId: string;

  @IsString()
  source: string;

  constructor(values: { noticeId: string; source: string }) {
    Object.assign(this, values);
  }
}

/** A rule raised a warning about a student. Who answers for the student follows from staffing. */
@Event({
  name: 'early-warning.warning-raised.v1',
  consumers: [],
  tells: { permission: 'early-warning:warning:read', zh: '产生了预警', en: 'A warning was raised' },
})
export class WarningRaisedV1 {
  @IsUUID()
  warningId: string;

  @IsUUID()
  studentId: string;

  @IsIn(Object.keys(WARNING_LEVELS))
  level: WarningLevel;

  /** The day the rule looked at, YYYY-MM-DD. */
  @IsDateString()
  asOf: string;

  constructor(values: { warningId: string; studentId: string; level: WarningLevel; asOf: string }) {
    Object.assign(this, values);
  }
}

/** A person confirmed, dismissed or closed a warning; the data it rested on was corrected, and it was withdrawn; or a notice ended with its term. */
@Event({
  name: 'early-warning.warning-settled.v1',
  consumers: [],
  tells: { permission: 'early-warning:warning:read', zh: '预警已处理', en: 'A warning was settled' },
})
export class WarningSettledV1 {
  @IsUUID()
  warningId: string;

  @IsUUID()
  studentId: string;

  @IsIn(['confirmed', 'dismissed', 'closed', 'withdrawn', 'expired'])
  outcome: 'confirmed' | 'dismissed' | 'closed' | 'withdrawn' | 'expired';

  constructor(values: { warningId: string; studentId: string; outcome: WarningSettledV1['outcome'] }) {
    Object.assign(this, values);
  }
}

/** The data behind a confirmed warning was corrected, and it would not have been raised: these people, who deal with it, may dismiss it after all. */
@Event({
  name: 'early-warning.warning-corrected.v1',
  consumers: [],
  tells: {
    permission: 'early-warning:warning:read',
    zh: '已确认预警的数据已更正',
    en: 'The data behind a confirmed warning was corrected',
  },
})
export class WarningCorrectedV1 {
  @IsUUID()
  warningId: string;

  @IsUUID('all', { each: true })
  personIds: string[];

  constructor(values: { warningId: string; personIds: string[] }) {
    Object.assign(this, values);
  }
}

/** A student is to be told of a notice about themselves; what it says, they read in the app. */
@Event({ name: 'early-warning.student-notice.v1', consumers: ['integration'] })
export class StudentNoticeV1 {
  @IsUUID()
  warningId: string;

  @IsUUID()
  studentId: string;

  constructor(values: { warningId: string; studentId: string }) {
    Object.assign(this, values);
  }
}

/** Who raised something hears how it stands, never what was found: of a warning who drafted the rule, of a referral who sent it. */
@Event({ name: 'early-warning.raiser-told.v1', consumers: ['integration'] })
export class RaiserToldV1 {
  @IsUUID()
  personId: string;

  @IsIn(['warning', 'referral'])
  subject: 'warning' | 'referral';

  @IsUUID()
  subjectId: string;

  @IsIn(['taken_up', 'closed'])
  outcome: 'taken_up' | 'closed';

  constructor(values: {
    personId: string;
    subject: RaiserToldV1['subject'];
    subjectId: string;
    outcome: RaiserToldV1['outcome'];
  }) {
    Object.assign(this, values);
  }
}

/** Nobody has triaged a warning within the school's time limit. It carries the version that the warning has, and changes nothing about it. */
@Event({
  name: 'early-warning.warning-overdue.v1',
  consumers: [],
  tells: { permission: 'early-warning:warning:read', zh: '预警超时未研判', en: 'A warning was not triaged in time' },
})
export class WarningOverdueV1 {
  @IsUUID()
  warningId: string;

  @IsUUID()
  studentId: string;

  @IsIn(Object.keys(WARNING_LEVELS))
  level: WarningLevel;

  /** When the time limit ended. */
  @IsDateString()
  dueAt: string;

  constructor(values: { warningId: string; studentId: string; level: WarningLevel; dueAt: string }) {
    Object.assign(this, values);
  }
}

/** A warning that nobody triaged in time is up to these people, a step up the line. Empty: nobody holds a post there. */
@Event({
  name: 'early-warning.warning-escalated.v1',
  consumers: [],
  tells: {
    permission: 'early-warning:warning:read',
    zh: '预警超时未研判，已逐级上报',
    en: 'A warning went up the line',
  },
})
export class WarningEscalatedV1 {
  @IsUUID()
  warningId: string;

  /** Place in the school's line, from 1. */
  @IsInt()
  step: number;

  @IsUUID('all', { each: true })
  personIds: string[];

  constructor(values: { warningId: string; step: number; personIds: string[] }) {
    Object.assign(this, values);
  }
}

/** What a day has for a counselor: numbers, and ids of the gravest; for who tells them. */
@Event({ name: 'early-warning.digest-due.v1', consumers: ['integration'] })
export class DigestDueV1 {
  @IsUUID()
  personId: string;

  @IsDateString()
  day: string;

  /** Raised today. */
  @IsInt()
  newWarnings: number;

  @IsInt()
  overdue: number;

  @IsInt()
  dueToday: number;

  @IsInt()
  quietCases: number;

  @IsInt()
  transfers: number;

  @IsInt()
  supervisions: number;

  @IsUUID('all', { each: true })
  warningIds: string[];

  @IsUUID('all', { each: true })
  caseIds: string[];

  constructor(values: {
    personId: string;
    day: string;
    newWarnings: number;
    overdue: number;
    dueToday: number;
    quietCases: number;
    transfers: number;
    supervisions: number;
    warningIds: string[];
    caseIds: string[];
  }) {
    Object.assign(this, values);
  }
}

/** A student disputed what is recorded or said of them, or how the dispute stands has changed; `overdue`: it was not decided in time. */
@Event({
  name: 'early-warning.dispute-changed.v1',
  consumers: [],
  tells: { permission: 'early-warning:dispute:decide', zh: '学生异议有变化', en: 'A dispute of a student changed' },
})
export class DisputeChangedV1 {
  @IsUUID()
  disputeId: string;

  @IsUUID()
  studentId: string;

  @IsIn(['open', 'upheld', 'rejected', 'withdrawn', 'overdue'])
  status: 'open' | 'upheld' | 'rejected' | 'withdrawn' | 'overdue';

  constructor(values: { disputeId: string; studentId: string; status: DisputeChangedV1['status'] }) {
    Object.assign(this, values);
  }
}

/** A student consented, objected or took that back, or an objection was answered. Why is not told; what is not allowed any more ends with it. */
@Event({
  name: 'early-warning.processing-changed.v1',
  consumers: ['early-warning'],
})
export class ProcessingChangedV1 {
  @IsUUID()
  studentId: string;

  @IsIn(['rules', 'risk', 'portraits', 'resources', 'publication'])
  kind: 'rules' | 'risk' | 'portraits' | 'resources' | 'publication';

  @IsIn(['consented', 'consent_withdrawn', 'objected', 'objection_withdrawn', 'objection_upheld', 'objection_refused'])
  what:
    'consented' | 'consent_withdrawn' | 'objected' | 'objection_withdrawn' | 'objection_upheld' | 'objection_refused';

  constructor(values: { studentId: string; kind: ProcessingChangedV1['kind']; what: ProcessingChangedV1['what'] }) {
    Object.assign(this, values);
  }
}

/** Offers that one event names at most. */
export const RESOURCE_OFFERS_AT_ONCE = 500;

/** Resources were offered to students whom they fit. What, and to whom, the offers say to those who may read them. */
@Event({
  name: 'early-warning.resources-offered.v1',
  consumers: [],
})
export class ResourcesOfferedV1 {
  @IsUUID('all', { each: true })
  @ArrayMaxSize(RESOURCE_OFFERS_AT_ONCE)
  offerIds: string[];

  constructor(offerIds: string[]) {
    this.offerIds = offerIds;
  }
}

/** A student took up a resource, or gave the place back. */
@Event({
  name: 'early-warning.resource-uptake-changed.v1',
  consumers: [],
})
export class ResourceUptakeChangedV1 {
  @IsUUID()
  offerId: string;

  @IsBoolean()
  takenUp: boolean;

  constructor(values: { offerId: string; takenUp: boolean }) {
    Object.assign(this, values);
  }
}
