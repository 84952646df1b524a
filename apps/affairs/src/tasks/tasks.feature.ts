import { Config } from '#config';
import { Timers } from '#events';
import { feature } from '#service';
import { StudentKeys } from '#vault';
import { Workflows } from '#workflow';
import { StepDueV1 } from './step-due.event.js';
import { DeadlineCalendar } from './deadline-calendar.js';
import { DeadlineCalendarsController, DeadlineFeedsController } from './deadline-feeds.controller.js';
import { TasksController } from './tasks.controller.js';
import { TaskHandlers } from './tasks.handlers.js';
import { Tasks } from './tasks.service.js';
import { WorkflowComment } from './workflow-comment.entity.js';

function workflows({ timeZone }: Config, timers: Timers, keys: StudentKeys): Workflows {
  const deadlines = {
    timers,
    key: (caseId: string) => `affairs.step-due ${caseId}` as const,
    event: (caseId: string, dueAt: string) => new StepDueV1(caseId, dueAt),
  };
  return new Workflows('affairs', timeZone, { deadlines, keys });
}

/** What waits for whom, of all workflows of the service; these are made here too. */
export const tasks = feature({
  controllers: [TasksController, DeadlineFeedsController, DeadlineCalendarsController],
  entities: [WorkflowComment],
  providers: [
    { provide: Workflows, useFactory: workflows, inject: [Config, Timers, StudentKeys] },
    Tasks,
    DeadlineCalendar,
    TaskHandlers,
  ],
});
