import { Module } from '@nestjs/common';
import type { Service } from '#service';
import { Leave } from './leave/leave.entity.js';
import { LeaveHandlers } from './leave/leave.handlers.js';
import { LeaveStep } from './leave/leave-step.entity.js';
import { LeaveDecisions } from './leave/leave-decisions.service.js';
import { LeaveReturns } from './leave/leave-returns.service.js';
import { LeavesController } from './leave/leaves.controller.js';
import { Leaves } from './leave/leaves.service.js';
import { Files1763750245000 } from './migrations/1763750245000-files.js';
import { Leave1763750200000 } from './migrations/1763750200000-leave.js';
import { RetractedPasses1763750210000 } from './migrations/1763750210000-retracted-passes.js';
import { SubmittedByApp1763750230000 } from './migrations/1763750230000-submitted-by-app.js';
import { UpdatedSince1763750220000 } from './migrations/1763750220000-updated-since.js';

@Module({
  controllers: [LeavesController],
  providers: [Leaves, LeaveDecisions, LeaveReturns, LeaveHandlers],
})
class AffairsModule {}

export const affairs: Service = {
  name: 'affairs',
  module: AffairsModule,
  entities: [Leave, LeaveStep],
  migrations: [
    Leave1763750200000,
    RetractedPasses1763750210000,
    UpdatedSince1763750220000,
    SubmittedByApp1763750230000,
    Files1763750245000,
  ],
};
