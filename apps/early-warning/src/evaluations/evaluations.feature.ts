import { feature } from '#service';
import { DryRun } from './dry-run.entity.js';
import { DryRunsController } from './dry-runs.controller.js';
import { DryRuns } from './dry-runs.service.js';
import { EvaluationsController } from './evaluations.controller.js';
import { Evaluations } from './evaluations.service.js';
import { Questions } from './questions.js';

export const evaluations = feature({
  controllers: [EvaluationsController, DryRunsController],
  providers: [Questions, Evaluations, DryRuns],
  entities: [DryRun],
});
