import { Type } from 'class-transformer';
import { ArrayMaxSize, IsOptional, IsString, IsUUID, ValidateNested } from 'class-validator';
import { Event } from '../event.js';

/** A place in an activity has become free, and went to the student who had waited longest. */
@Event({
  name: 'affairs.enrolment-moved-up.v1',
  consumers: [],
  tells: {
    permission: 'affairs:participation:read',
    zh: '活动候补转为报名成功',
    en: 'An enrolment moved up from the waiting list',
  },
})
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
@Event({
  name: 'affairs.activity-cancelled.v1',
  consumers: [],
  tells: { permission: 'affairs:activity:read', zh: '活动已取消', en: 'An activity was cancelled' },
})
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
@Event({
  name: 'affairs.participation-confirmed.v1',
  consumers: ['early-warning'],
  tells: { permission: 'affairs:participation:read', zh: '参加活动已确认', en: 'Participation was confirmed' },
})
export class ParticipationConfirmedV1 extends OfParticipations {}

/** Participations that were confirmed count no more, or not as they did; those that still count are confirmed anew. Up to 500. */
@Event({
  name: 'affairs.participation-taken-back.v1',
  consumers: ['early-warning'],
  tells: { permission: 'affairs:participation:read', zh: '参加活动的确认被撤销', en: 'Participation was taken back' },
})
export class ParticipationTakenBackV1 extends OfParticipations {}

/** What a unit pays for work-study in a month is closed; a further payroll of the same month corrects it. */
@Event({ name: 'affairs.payroll-closed.v1', consumers: ['early-warning'] })
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
@Event({
  name: 'affairs.honour-recorded.v1',
  consumers: ['early-warning'],
  tells: { permission: 'affairs:honour:read', zh: '荣誉已登记', en: 'An honour was recorded' },
})
export class HonourRecordedV1 extends OfHonour {}

/** A verified honour was withdrawn. */
@Event({
  name: 'affairs.honour-withdrawn.v1',
  consumers: ['early-warning'],
  tells: { permission: 'affairs:honour:read', zh: '荣誉被撤销', en: 'An honour was withdrawn' },
})
export class HonourWithdrawnV1 extends OfHonour {}

abstract class OfOneStudent {
  @IsUUID()
  studentId: string;
}

/** Stars of a student are recognised, or were taken back after they were. */
@Event({ name: 'affairs.star-changed.v1', consumers: ['early-warning'] })
export class StarChangedV1 extends OfOneStudent {
  @IsUUID()
  starId: string;

  constructor(values: { starId: string; studentId: string }) {
    super();
    Object.assign(this, values);
  }
}

/** A claim of the second classroom is confirmed, or was taken back or said to be of another work after it was. */
@Event({ name: 'affairs.claim-changed.v1', consumers: ['early-warning'] })
export class ClaimChangedV1 extends OfOneStudent {
  @IsUUID()
  claimId: string;

  constructor(values: { claimId: string; studentId: string }) {
    super();
    Object.assign(this, values);
  }
}

/** A student is in an organisation of students, or no more, or was so for another time than was said. */
@Event({ name: 'affairs.organisation-member-changed.v1', consumers: ['early-warning'] })
export class OrganisationMemberChangedV1 extends OfOneStudent {
  @IsUUID()
  memberId: string;

  constructor(values: { memberId: string; studentId: string }) {
    super();
    Object.assign(this, values);
  }
}
