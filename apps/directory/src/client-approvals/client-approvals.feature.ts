import { feature } from '#service';
import { ClientApprovalHandlers } from './client-approvals.handlers.js';
import { ClientApprovalsController } from './client-approvals.controller.js';
import { ClientApprovals } from './client-approvals.service.js';

export const clientApprovals = feature({
  controllers: [ClientApprovalsController],
  providers: [ClientApprovals, ClientApprovalHandlers],
});
