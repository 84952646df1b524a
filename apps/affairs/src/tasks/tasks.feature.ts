import { Config } from '#config';
import { Timers } from '#events';
import { feature } from '#service';
import { Workflows } from '#workflow';
import { StepDueV1 } from './step-due.event.js';
import { TasksController } from './tasks.controller.js';
import { TaskHandlers } from './tasks.handlers.js';
import { Tasks } from './tasks.service.js';

function workflows({ timeZone }: Config, timers: Timers): Workflows {
  return new Workflows('affairs', timeZone, {
    timers,
    key: (caseId) => `affairs.step-due ${caseId}`,
    event: (caseId, dueAt) => new StepDueV1(caseId, dueAt),
  });
}

/** What waits for whom, of all workflows of the service; these are made here too. */
export const tasks = feature({
  controllers: [TasksController],
  providers: [{ provide: Workflows, useFactory: workflows, inject: [Config, Timers] }, Tasks, TaskHandlers],
});
