import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** A deadline of a ticket has passed, if it still runs; the service's own background job. */
@Event({ name: 'affairs.ticket-due.v1', consumers: ['affairs'] })
export class TicketDueV1 {
  @IsUUID()
  ticketId: string;

  constructor(ticketId: string) {
    this.ticketId = ticketId;
  }
}
