import { Module } from '@nestjs/common';
import type { Service } from '#service';
import { Engine } from './engine/engine.js';
import { VectorStore } from './engine/vector-store.js';
import { EvaluationsController } from './evaluations/evaluations.controller.js';
import { Evaluations } from './evaluations/evaluations.service.js';
import { Metric } from './metrics/metric.entity.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { Metrics } from './metrics/metrics.service.js';
import { Warnings1763750500000 } from './migrations/1763750500000-warnings.js';
import { Catalogue1763750500100 } from './migrations/1763750500100-catalogue.js';
import { ObservationsController } from './observations/observations.controller.js';
import { ObservationHandlers } from './observations/observations.handlers.js';
import { Observations } from './observations/observations.service.js';
import { Rule } from './rules/rule.entity.js';
import { RulesController } from './rules/rules.controller.js';
import { Rules } from './rules/rules.service.js';
import { Run } from './runs/run.entity.js';
import { RunExecutor } from './runs/run-executor.js';
import { RunsController } from './runs/runs.controller.js';
import { RunHandlers } from './runs/runs.handlers.js';
import { Runs } from './runs/runs.service.js';
import { Corrections } from './warnings/corrections.js';
import { Raising } from './warnings/raising.js';
import { Warning } from './warnings/warning.entity.js';
import { WarningsController } from './warnings/warnings.controller.js';
import { Warnings } from './warnings/warnings.service.js';

@Module({
  controllers: [
    MetricsController,
    ObservationsController,
    RulesController,
    EvaluationsController,
    RunsController,
    WarningsController,
  ],
  providers: [
    Metrics,
    Observations,
    ObservationHandlers,
    VectorStore,
    Engine,
    Rules,
    Evaluations,
    RunExecutor,
    Runs,
    RunHandlers,
    Raising,
    Corrections,
    Warnings,
  ],
})
class EarlyWarningModule {}

export const earlyWarning: Service = {
  name: 'early-warning',
  module: EarlyWarningModule,
  entities: [Metric, Rule, Run, Warning],
  migrations: [Warnings1763750500000, Catalogue1763750500100],
};
