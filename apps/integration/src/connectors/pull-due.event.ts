import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The day's time of a connector has come: it is to be pulled. */
@Event({ name: 'integration.connector-pull-due.v1', consumers: ['integration'] })
export class ConnectorPullDueV1 {
  @IsUUID()
  connectorId: string;

  constructor(connectorId: string) {
    this.connectorId = connectorId;
  }
}
