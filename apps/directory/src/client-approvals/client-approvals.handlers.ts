import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnEvent, type Received } from '#events';
import { ClientApprovalDueV1 } from './client-approval-due.event.js';
import { ClientApprovals } from './client-approvals.service.js';

@Injectable()
export class ClientApprovalHandlers {
  constructor(private readonly approvals: ClientApprovals) {}

  @OnEvent(ClientApprovalDueV1)
  whenClientApprovalDue(tx: Tx, { data }: Received<ClientApprovalDueV1>): Promise<void> {
    return this.approvals.whenDue(tx, data.approvalId);
  }
}
