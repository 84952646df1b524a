import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The time in which an urgent message should have reached its person is over; the service's own background job. */
@Event({ name: 'integration.message-unreached-due.v1', consumers: ['integration'] })
export class MessageUnreachedDueV1 {
  @IsUUID()
  messageId: string;

  constructor(messageId: string) {
    this.messageId = messageId;
  }
}
