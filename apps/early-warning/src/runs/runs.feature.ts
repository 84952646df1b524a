import { feature } from '#service';
import { RunExecutor } from './run-executor.js';
import { RunWaker } from './run-waker.js';
import { Run } from './run.entity.js';
import { RunsController } from './runs.controller.js';
import { RunHandlers } from './runs.handlers.js';
import { Runs } from './runs.service.js';

export const runs = feature({
  controllers: [RunsController],
  providers: [RunExecutor, RunWaker, Runs, RunHandlers],
  entities: [Run],
});
