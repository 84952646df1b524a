import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { Every, OnEvent, type Received } from '#events';
import { DisputeDueV1 } from './dispute-due.event.js';
import { Disputes } from './disputes.service.js';
import { Pauses } from './pauses.service.js';

@Injectable()
export class DisputeHandlers {
  constructor(
    private readonly disputes: Disputes,
    private readonly pauses: Pauses,
  ) {}

  @OnEvent(DisputeDueV1)
  whenDisputeDue(tx: Tx, { data }: Received<DisputeDueV1>): Promise<void> {
    return this.disputes.whenDue(tx, data.disputeId);
  }

  @Every('17 * * * *', { name: 'early-warning.forgotten-pauses', catchUp: 'latest' })
  everyHour(tx: Tx): Promise<void> {
    return this.pauses.endForgotten(tx);
  }
}
