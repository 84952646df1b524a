import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** A run is to go a step on; the service's own background job. */
@Event({ name: 'integration.connector-run-due.v1', consumers: ['integration'], long: true })
export class ConnectorRunDueV1 {
  @IsUUID()
  runId: string;

  constructor(runId: string) {
    this.runId = runId;
  }
}
