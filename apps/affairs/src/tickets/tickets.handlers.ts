import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnEvent, type Received } from '#events';
import { TicketCases } from './ticket-cases.service.js';
import { TicketDueV1 } from './ticket-due.event.js';

@Injectable()
export class TicketHandlers {
  constructor(private readonly cases: TicketCases) {}

  @OnEvent(TicketDueV1)
  async whenTicketDue(tx: Tx, { data }: Received<TicketDueV1>): Promise<void> {
    await this.cases.expire(tx, data.ticketId);
  }
}
