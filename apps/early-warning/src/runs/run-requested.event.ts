import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** Somebody asked for a run of the rules; the service's own background job. */
@Event({ name: 'early-warning.run-requested.v1', consumers: ['early-warning'], long: true })
export class RunRequestedV1 {
  @IsUUID()
  runId: string;

  constructor(runId: string) {
    this.runId = runId;
  }
}
