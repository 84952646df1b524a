import { feature } from '#service';
import { LeaveCases } from './leave-cases.service.js';
import { LeaveDecisions } from './leave-decisions.service.js';
import { LeaveReturns } from './leave-returns.service.js';
import { Leave } from './leave.entity.js';
import { LeaveHandlers } from './leave.handlers.js';
import { LeavesController } from './leaves.controller.js';
import { Leaves } from './leaves.service.js';

export const leave = feature({
  controllers: [LeavesController],
  providers: [Leaves, LeaveCases, LeaveDecisions, LeaveReturns, LeaveHandlers],
  entities: [Leave],
});
