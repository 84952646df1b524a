import { feature } from '#service';
import { DisputeDecisions } from './dispute-decisions.service.js';
import { Dispute } from './dispute.entity.js';
import { DisputesController } from './disputes.controller.js';
import { DisputeHandlers } from './disputes.handlers.js';
import { Disputes } from './disputes.service.js';
import { Pauses } from './pauses.service.js';

export const disputes = feature({
  controllers: [DisputesController],
  providers: [Pauses, Disputes, DisputeDecisions, DisputeHandlers],
  entities: [Dispute],
});
