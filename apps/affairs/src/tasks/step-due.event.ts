import { IsDateString, IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The deadline of a case's step has passed, if it still runs; the service's own background job. */
@Event({ name: 'affairs.step-due.v1', consumers: ['affairs'] })
export class StepDueV1 {
  @IsUUID()
  caseId: string;

  /** ISO instant, to the millisecond, as the case has it. */
  @IsDateString()
  dueAt: string;

  constructor(caseId: string, dueAt: string) {
    this.caseId = caseId;
    this.dueAt = dueAt;
  }
}
