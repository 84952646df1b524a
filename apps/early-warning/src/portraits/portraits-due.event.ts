import { IsDateString } from 'class-validator';
import { Event } from '#contracts';

/** A week is over, and its group portraits are to be published; the service's own background job. */
@Event({ name: 'early-warning.portraits-due.v1', consumers: ['early-warning'], long: true })
export class PortraitsDueV1 {
  /** Monday of the week. */
  @IsDateString()
  week: string;

  constructor(week: string) {
    this.week = week;
  }
}
