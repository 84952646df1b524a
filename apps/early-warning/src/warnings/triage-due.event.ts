import { IsDateString } from 'class-validator';
import { Event } from '#contracts';

/** The time limit of the warnings that were to be triaged by this instant is over, or that of a step of the line; the service's own background job. */
@Event({ name: 'early-warning.triage-due.v1', consumers: ['early-warning'] })
export class TriageDueV1 {
  /** ISO instant, to the millisecond. */
  @IsDateString()
  dueAt: string;

  constructor(dueAt: string) {
    this.dueAt = dueAt;
  }
}
