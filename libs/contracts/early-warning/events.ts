import { IsDateString, IsIn, IsString, IsUUID } from 'class-validator';
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

/** A person confirmed, dismissed or closed a warning; or the data it rested on was corrected, and it was withdrawn. */
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

  @IsIn(['confirmed', 'dismissed', 'closed', 'withdrawn'])
  outcome: 'confirmed' | 'dismissed' | 'closed' | 'withdrawn';

  constructor(values: { warningId: string; studentId: string; outcome: WarningSettledV1['outcome'] }) {
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
