import { Module } from '@nestjs/common';
import { Config } from '#config';
import type { Service } from '#service';
import { Workflows } from '#workflow';
import { Leave } from './leave/leave.entity.js';
import { LeaveHandlers } from './leave/leave.handlers.js';
import { LeaveCases } from './leave/leave-cases.service.js';
import { LeaveDecisions } from './leave/leave-decisions.service.js';
import { LeaveReturns } from './leave/leave-returns.service.js';
import { LeavesController } from './leave/leaves.controller.js';
import { Leaves } from './leave/leaves.service.js';
import { Files1763750245000 } from './migrations/1763750245000-files.js';
import { Leave1763750200000 } from './migrations/1763750200000-leave.js';
import { RetractedPasses1763750210000 } from './migrations/1763750210000-retracted-passes.js';
import { SubmittedByApp1763750230000 } from './migrations/1763750230000-submitted-by-app.js';
import { UpdatedSince1763750220000 } from './migrations/1763750220000-updated-since.js';
import { LeaveOnWorkflow1763750700000 } from './migrations/1763750700000-leave-on-workflow.js';
import { TasksController } from './tasks/tasks.controller.js';
import { Tasks } from './tasks/tasks.service.js';

@Module({
  controllers: [LeavesController, TasksController],
  providers: [
    { provide: Workflows, useFactory: ({ timeZone }: Config) => new Workflows('affairs', timeZone), inject: [Config] },
    ...[Leaves, LeaveCases, LeaveDecisions, LeaveReturns, LeaveHandlers, Tasks],
  ],
})
class AffairsModule {}

export const affairs: Service = {
  name: 'affairs',
  module: AffairsModule,
  entities: [Leave],
  migrations: [
    Leave1763750200000,
    RetractedPasses1763750210000,
    UpdatedSince1763750220000,
    SubmittedByApp1763750230000,
    Files1763750245000,
    LeaveOnWorkflow1763750700000,
  ],
};
