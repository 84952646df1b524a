import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnEvent, type Received } from '#events';
import { DisputeDueV1 } from './dispute-due.event.js';
import { Disputes } from './disputes.service.js';

@Injectable()
export class DisputeHandlers {
  constructor(private readonly disputes: Disputes) {}

  @OnEvent(DisputeDueV1)
  whenDisputeDue(tx: Tx, { data }: Received<DisputeDueV1>): Promise<void> {
    return this.disputes.whenDue(tx, data.disputeId);
  }
}
