import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsDateString,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Min,
  ValidateNested,
} from 'class-validator';
import { Event } from '../event.js';

abstract class LeavePeriod {
  @IsUUID()
  leaveId: string;

  @IsUUID()
  studentId: string;

  /** First instant of absence, inclusive. */
  @IsDateString()
  startsAt: string;

  /** End of absence, exclusive: the approved end, or the actual return when that is earlier. */
  @IsDateString()
  endsAt: string;

  constructor(values: { leaveId: string; studentId: string; startsAt: string; endsAt: string }) {
    Object.assign(this, values);
  }
}

/** A leave counts from now on: the night check excuses the student, attendance rules pause. */
@Event({ name: 'affairs.leave-approved.v1', consumers: ['safety', 'early-warning'] })
export class LeaveApprovedV1 extends LeavePeriod {}

/** An approved leave's end moved: extended, or ended early by the return. */
@Event({ name: 'affairs.leave-changed.v1', consumers: ['safety', 'early-warning'] })
export class LeaveChangedV1 extends LeavePeriod {}

/** An approved leave no longer counts (withdrawn or revoked before it began). */
@Event({ name: 'affairs.leave-cancelled.v1', consumers: ['safety', 'early-warning'] })
export class LeaveCancelledV1 {
  @IsUUID()
  leaveId: string;

  @IsUUID()
  studentId: string;

  constructor(leaveId: string, studentId: string) {
    this.leaveId = leaveId;
    this.studentId = studentId;
  }
}

/**
 * A step of a case was not decided in time, and what its deadline says was done: whoever the case waits for is to be reminded, somebody
 * else may decide as well (`escalate`), or silence counted as consent (`approve`). Once for each deadline.
 */
@Event({ name: 'affairs.step-overdue.v1', consumers: [] })
export class StepOverdueV1 {
  @IsUUID()
  caseId: string;

  /** What is decided, e.g. `affairs.leave`. */
  @IsString()
  definition: string;

  /** What is decided on: for `affairs.leave` the leave. */
  @IsUUID()
  subjectId: string;

  /** Key of the step in the definition. */
  @IsString()
  step: string;

  /** The deadline that has passed. */
  @IsDateString()
  dueAt: string;

  @IsIn(['remind', 'escalate', 'approve'])
  then: 'remind' | 'escalate' | 'approve';

  /** Ids of the persons for whom the case stands in an inbox from now on. */
  @IsUUID('all', { each: true })
  @ArrayMaxSize(1000)
  waitsFor: string[];

  constructor(values: {
    caseId: string;
    definition: string;
    subjectId: string;
    step: string;
    dueAt: string;
    then: 'remind' | 'escalate' | 'approve';
    waitsFor: string[];
  }) {
    Object.assign(this, values);
  }
}

abstract class OfApplication {
  @IsUUID()
  applicationId: string;

  @IsUUID()
  studentId: string;

  /** Code of the item in the catalogue, and the version of it that the application was made to. */
  @IsString()
  item: string;

  @IsInt()
  @Min(1)
  itemVersion: number;
}

/** A student has applied for an item of the catalogue. Once for each application: a correction is no new one. */
@Event({ name: 'affairs.application-submitted.v1', consumers: [] })
export class ApplicationSubmittedV1 extends OfApplication {
  constructor(values: { applicationId: string; studentId: string; item: string; itemVersion: number }) {
    super();
    Object.assign(this, values);
  }
}

/** An application has ended: it is done, refused, or was withdrawn. Once for each application. */
@Event({ name: 'affairs.application-decided.v1', consumers: [] })
export class ApplicationDecidedV1 extends OfApplication {
  @IsIn(['completed', 'rejected', 'withdrawn'])
  outcome: 'completed' | 'rejected' | 'withdrawn';

  constructor(values: {
    applicationId: string;
    studentId: string;
    item: string;
    itemVersion: number;
    outcome: 'completed' | 'rejected' | 'withdrawn';
  }) {
    super();
    Object.assign(this, values);
  }
}

/** A place has become free, and is held for a student on the waiting list until they take it, or the time runs out. */
@Event({ name: 'affairs.booking-offered.v1', consumers: [] })
export class BookingOfferedV1 {
  @IsUUID()
  bookingId: string;

  @IsUUID()
  studentId: string;

  /** Exclusive. */
  @IsDateString()
  until: string;

  constructor(values: { bookingId: string; studentId: string; until: string }) {
    Object.assign(this, values);
  }
}

/** Whoever keeps what is booked has cancelled a student's booking. */
@Event({ name: 'affairs.booking-cancelled.v1', consumers: [] })
export class BookingCancelledV1 {
  @IsUUID()
  bookingId: string;

  @IsUUID()
  studentId: string;

  constructor(values: { bookingId: string; studentId: string }) {
    Object.assign(this, values);
  }
}

/** A place in an activity has become free, and went to the student who had waited longest. */
@Event({ name: 'affairs.enrolment-moved-up.v1', consumers: [] })
export class EnrolmentMovedUpV1 {
  @IsUUID()
  enrolmentId: string;

  @IsUUID()
  activityId: string;

  @IsUUID()
  studentId: string;

  constructor(values: { enrolmentId: string; activityId: string; studentId: string }) {
    Object.assign(this, values);
  }
}

/** An activity does not take place: its enrolments have ended. */
@Event({ name: 'affairs.activity-cancelled.v1', consumers: [] })
export class ActivityCancelledV1 {
  @IsUUID()
  activityId: string;

  constructor(activityId: string) {
    this.activityId = activityId;
  }
}

export class Participation {
  @IsUUID()
  enrolmentId: string;

  @IsUUID()
  studentId: string;
}

abstract class OfParticipations {
  @IsUUID()
  activityId: string;

  @ValidateNested({ each: true })
  @Type(() => Participation)
  @ArrayMaxSize(500)
  participations: Participation[];

  constructor(activityId: string, participations: Participation[]) {
    this.activityId = activityId;
    this.participations = participations;
  }
}

/** Students took part in an activity, as whoever held it has confirmed: up to 500. What it is worth, readers ask for. */
@Event({ name: 'affairs.participation-confirmed.v1', consumers: [] })
export class ParticipationConfirmedV1 extends OfParticipations {}

/** Participations that were confirmed count no more, or not as they did; those that still count are confirmed anew. Up to 500. */
@Event({ name: 'affairs.participation-taken-back.v1', consumers: [] })
export class ParticipationTakenBackV1 extends OfParticipations {}

/** What a unit pays for work-study in a month is closed; a further payroll of the same month corrects it. */
@Event({ name: 'affairs.payroll-closed.v1', consumers: [] })
export class PayrollClosedV1 {
  @IsUUID()
  payrollId: string;

  @IsUUID()
  unitId: string;

  /** YYYY-MM. */
  @IsString()
  month: string;

  constructor(values: { payrollId: string; unitId: string; month: string }) {
    Object.assign(this, values);
  }
}

abstract class OfHonour {
  @IsUUID()
  honourId: string;

  /** The unit whose it is, or null. */
  @IsOptional()
  @IsUUID()
  unitId: string | null;

  /** The student whose it is, or null. */
  @IsOptional()
  @IsUUID()
  studentId: string | null;

  constructor(values: { honourId: string; unitId: string | null; studentId: string | null }) {
    Object.assign(this, values);
  }
}

/** An honour is recorded and verified. */
@Event({ name: 'affairs.honour-recorded.v1', consumers: [] })
export class HonourRecordedV1 extends OfHonour {}

/** A verified honour was withdrawn. */
@Event({ name: 'affairs.honour-withdrawn.v1', consumers: [] })
export class HonourWithdrawnV1 extends OfHonour {}
