import { ArrayMaxSize, IsDateString, IsIn, IsInt, IsOptional, IsString, IsUUID, Max, Min } from 'class-validator';
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
@Event({
  name: 'affairs.leave-approved.v1',
  consumers: ['safety', 'early-warning'],
  tells: { permission: 'affairs:leave:read', zh: '请假已批准', en: 'A leave was approved' },
})
export class LeaveApprovedV1 extends LeavePeriod {}

/** An approved leave's end moved: extended, or ended early by the return. */
@Event({
  name: 'affairs.leave-changed.v1',
  consumers: ['safety', 'early-warning'],
  tells: {
    permission: 'affairs:leave:read',
    zh: '已批准的请假改变了结束时间',
    en: 'The end of an approved leave moved',
  },
})
export class LeaveChangedV1 extends LeavePeriod {}

/** An approved leave no longer counts (withdrawn or revoked before it began). */
@Event({
  name: 'affairs.leave-cancelled.v1',
  consumers: ['safety', 'early-warning'],
  tells: { permission: 'affairs:leave:read', zh: '已批准的请假不再有效', en: 'An approved leave no longer counts' },
})
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
 * A step of a case was not decided in time, and what a level of its deadline says was done: whoever the case waits for is to be reminded,
 * others are told to see to it (`supervise`), somebody else may decide as well (`escalate`), or silence counted as consent (`approve`).
 * Once for each level.
 */
@Event({ name: 'affairs.step-overdue.v1', consumers: ['integration'] })
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

  /** When the level passed. */
  @IsDateString()
  dueAt: string;

  /** Which level of the deadline it is, from 1; left out: the only one. */
  @IsOptional()
  @IsInt()
  @Min(1)
  level?: number;

  @IsIn(['remind', 'supervise', 'escalate', 'approve'])
  then: 'remind' | 'supervise' | 'escalate' | 'approve';

  /** Ids of the persons for whom the case stands in an inbox from now on. */
  @IsUUID('all', { each: true })
  @ArrayMaxSize(1000)
  waitsFor: string[];

  /** With `supervise`: ids of the persons up the line who are told. */
  @IsOptional()
  @IsUUID('all', { each: true })
  @ArrayMaxSize(1000)
  supervisors?: string[];

  constructor(values: {
    caseId: string;
    definition: string;
    subjectId: string;
    step: string;
    dueAt: string;
    level: number;
    then: 'remind' | 'supervise' | 'escalate' | 'approve';
    waitsFor: string[];
    supervisors: string[];
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
@Event({
  name: 'affairs.application-submitted.v1',
  consumers: [],
  tells: { permission: 'affairs:application:read', zh: '办件已提交', en: 'An application was submitted' },
})
export class ApplicationSubmittedV1 extends OfApplication {
  constructor(values: { applicationId: string; studentId: string; item: string; itemVersion: number }) {
    super();
    Object.assign(this, values);
  }
}

/** An application has ended: it is done, refused, or was withdrawn. Once for each application. */
@Event({
  name: 'affairs.application-decided.v1',
  consumers: [],
  tells: { permission: 'affairs:application:read', zh: '办件已办结', en: 'An application was decided' },
})
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
@Event({
  name: 'affairs.booking-offered.v1',
  consumers: [],
  tells: {
    permission: 'affairs:booking:read',
    zh: '候补的预约有了名额',
    en: 'A booking on the waiting list is offered a place',
  },
})
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
@Event({
  name: 'affairs.booking-cancelled.v1',
  consumers: [],
  tells: { permission: 'affairs:booking:read', zh: '预约已取消', en: 'A booking was cancelled' },
})
export class BookingCancelledV1 {
  @IsUUID()
  bookingId: string;

  @IsUUID()
  studentId: string;

  constructor(values: { bookingId: string; studentId: string }) {
    Object.assign(this, values);
  }
}

/** The result of a round is final. Who is in, and at which level, readers ask for; an event says that of nobody. */
@Event({
  name: 'affairs.round-decided.v1',
  consumers: ['early-warning'],
  tells: { permission: 'affairs:round:read', zh: '评选批次有了结果', en: 'A round has its result' },
})
export class RoundDecidedV1 {
  @IsUUID()
  roundId: string;

  @IsIn(['award', 'aid', 'hardship', 'transfer', 'appraisal'])
  kind: string;

  constructor(values: { roundId: string; kind: string }) {
    Object.assign(this, values);
  }
}

/** A final result of an entry was revoked, or holds again: whoever has read it asks anew. */
@Event({
  name: 'affairs.round-entry-changed.v1',
  consumers: ['early-warning'],
  tells: { permission: 'affairs:round:read', zh: '参评结果被更正', en: 'The result of an entry changed' },
})
export class RoundEntryChangedV1 {
  @IsUUID()
  roundId: string;

  @IsUUID()
  entryId: string;

  constructor(values: { roundId: string; entryId: string }) {
    Object.assign(this, values);
  }
}

/**
 * A sanction against a student has been delivered, changed, lifted, revoked or restored, or its term is over: whoever has reckoned with it
 * reckons anew.
 */
@Event({ name: 'affairs.sanction-changed.v1', consumers: [] })
export class SanctionChangedV1 {
  @IsUUID()
  sanctionId: string;

  @IsUUID()
  studentId: string;

  constructor(sanctionId: string, studentId: string) {
    this.sanctionId = sanctionId;
    this.studentId = studentId;
  }
}

/** An appeal against a sanction was not decided in time. Once for each deadline. */
@Event({ name: 'affairs.sanction-appeal-overdue.v1', consumers: [] })
export class SanctionAppealOverdueV1 {
  @IsUUID()
  appealId: string;

  @IsUUID()
  sanctionId: string;

  @IsUUID()
  studentId: string;

  constructor(values: { appealId: string; sanctionId: string; studentId: string }) {
    Object.assign(this, values);
  }
}

abstract class OfClearance {
  @IsUUID()
  clearanceId: string;

  @IsUUID()
  listId: string;

  @IsUUID()
  studentId: string;

  constructor(values: { clearanceId: string; listId: string; studentId: string }) {
    Object.assign(this, values);
  }
}

/** No blocking entry of a student's clearance is open any more: the student has arrived, or may leave. */
@Event({
  name: 'affairs.clearance-completed.v1',
  consumers: [],
  tells: { permission: 'affairs:clearance:read', zh: '报到或离校手续办完', en: 'A clearance is complete' },
})
export class ClearanceCompletedV1 extends OfClearance {}

/** A clearance that was complete is not so any more: a department took back what it said, or a deferral is over. */
@Event({
  name: 'affairs.clearance-reopened.v1',
  consumers: [],
  tells: { permission: 'affairs:clearance:read', zh: '报到或离校手续重新打开', en: 'A clearance is open again' },
})
export class ClearanceReopenedV1 extends OfClearance {}

/** A ticket was closed: its sender said that it is done, took it back, or said nothing. It may be reopened for some days. */
@Event({
  name: 'affairs.ticket-closed.v1',
  consumers: [],
  tells: { permission: 'affairs:ticket:read', zh: '工单已关闭', en: 'A ticket was closed' },
})
export class TicketClosedV1 {
  @IsUUID()
  ticketId: string;

  /** Who sent it; null: nobody knows. */
  @IsOptional()
  @IsUUID()
  studentId: string | null;

  /** Key of its kind in the policy. */
  @IsString()
  kind: string;

  @IsIn(['sender', 'silence', 'withdrawn'])
  by: 'sender' | 'silence' | 'withdrawn';

  constructor(values: {
    ticketId: string;
    studentId: string | null;
    kind: string;
    by: 'sender' | 'silence' | 'withdrawn';
  }) {
    Object.assign(this, values);
  }
}

/** A ticket was not answered, or not done, in time. Once for each level of each deadline. */
@Event({
  name: 'affairs.ticket-overdue.v1',
  consumers: [],
  tells: { permission: 'affairs:ticket:read', zh: '工单超时', en: 'A ticket is overdue' },
})
export class TicketOverdueV1 {
  @IsUUID()
  ticketId: string;

  /** In whose queue it is. */
  @IsUUID()
  unitId: string;

  @IsIn(['answer', 'done'])
  what: 'answer' | 'done';

  /** The deadline that has passed. */
  @IsDateString()
  dueAt: string;

  /** 1: the head of the department is told, 2: the school too. */
  @IsInt()
  @Min(1)
  @Max(2)
  level: number;

  /** Ids of the persons who are told. */
  @IsUUID('all', { each: true })
  @ArrayMaxSize(1000)
  waitsFor: string[];

  constructor(values: {
    ticketId: string;
    unitId: string;
    what: 'answer' | 'done';
    dueAt: string;
    level: number;
    waitsFor: string[];
  }) {
    Object.assign(this, values);
  }
}
