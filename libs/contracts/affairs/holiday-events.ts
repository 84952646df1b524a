import { ArrayMaxSize, IsDateString, IsUUID } from 'class-validator';
import { Event } from '../event.js';

abstract class OfHolidayRegistration {
  @IsUUID()
  registrationId: string;

  @IsUUID()
  studentId: string;
}

/**
 * A student's registration to be away over a holiday counts from now on, or from when to when has changed: the night check excuses the
 * student, rules for students on leave pause.
 */
@Event({ name: 'affairs.holiday-absence-registered.v1', consumers: ['safety', 'early-warning'] })
export class HolidayAbsenceRegisteredV1 extends OfHolidayRegistration {
  /** First instant of absence, inclusive. */
  @IsDateString()
  startsAt: string;

  /** End of absence, exclusive: the registered one, or the reported return when that is earlier. */
  @IsDateString()
  endsAt: string;

  constructor(values: { registrationId: string; studentId: string; startsAt: string; endsAt: string }) {
    super();
    Object.assign(this, values);
  }
}

/** A student is not registered as away any more: the registration was withdrawn, or says now that the student stays. */
@Event({ name: 'affairs.holiday-absence-withdrawn.v1', consumers: ['safety', 'early-warning'] })
export class HolidayAbsenceWithdrawnV1 extends OfHolidayRegistration {
  constructor(values: { registrationId: string; studentId: string }) {
    super();
    Object.assign(this, values);
  }
}

/** Students are reminded that they have not registered for a holiday: each at most once a day. */
@Event({ name: 'affairs.holiday-registration-reminded.v1', consumers: [] })
export class HolidayRegistrationRemindedV1 {
  @IsUUID()
  campaignId: string;

  @IsUUID('all', { each: true })
  @ArrayMaxSize(1000)
  studentIds: string[];

  constructor(values: { campaignId: string; studentIds: string[] }) {
    Object.assign(this, values);
  }
}
