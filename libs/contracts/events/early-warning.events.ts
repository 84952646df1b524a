import { IsDateString, IsIn, IsString, IsUUID } from 'class-validator';
import { WARNING_LEVELS, type WarningLevel } from '../codes.js';
import { Event } from '../event.js';

/** Somebody asked for a run of the rules; the service's own background job. */
@Event({ name: 'early-warning.run-requested.v1', consumers: ['early-warning'], long: true })
export class RunRequestedV1 {
  @IsUUID()
  runId: string;

  constructor(runId: string) {
    this.runId = runId;
  }
}

/** There is new data that a run must look at; the service's own background job. Wishes that come together make one run. */
@Event({ name: 'early-warning.run-wanted.v1', consumers: ['early-warning'], long: true })
export class RunWantedV1 {}

/** A source of observations fell silent: rules that need it say nothing until it is back. */
@Event({ name: 'early-warning.source-silent.v1', consumers: [] })
export class SourceSilentV1 {
  @IsUUID()
  noticeId: string;

  @IsString()
  source: string;

  /** `dead`: nothing came; `thin`: far fewer students than usual. */
  @IsIn(['dead', 'thin'])
  kind: 'dead' | 'thin';

  constructor(values: { noticeId: string; source: string; kind: SourceSilentV1['kind'] }) {
    Object.assign(this, values);
  }
}

/** A source that was silent delivers again. */
@Event({ name: 'early-warning.source-back.v1', consumers: [] })
export class SourceBackV1 {
  @IsUUID()
  noticeId: string;

  @IsString()
  source: string;

  constructor(values: { noticeId: string; source: string }) {
    Object.assign(this, values);
  }
}

/** A rule raised a warning about a student. Who answers for the student follows from staffing. */
@Event({ name: 'early-warning.warning-raised.v1', consumers: [] })
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
@Event({ name: 'early-warning.warning-settled.v1', consumers: [] })
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
