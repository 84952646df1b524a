import { Module } from '@nestjs/common';
import type { Service } from '#service';
import { Cohorting } from './engine/cohorts.js';
import { Engine } from './engine/engine.js';
import { VectorStore } from './engine/vector-store.js';
import { DryRun } from './evaluations/dry-run.entity.js';
import { DryRunsController } from './evaluations/dry-runs.controller.js';
import { DryRuns } from './evaluations/dry-runs.service.js';
import { EvaluationsController } from './evaluations/evaluations.controller.js';
import { Evaluations } from './evaluations/evaluations.service.js';
import { Questions } from './evaluations/questions.js';
import { ExplanationsController } from './explanations/explanations.controller.js';
import { Explanations } from './explanations/explanations.service.js';
import { LanguageController } from './language/language.controller.js';
import { Language } from './language/language.service.js';
import { Metric } from './metrics/metric.entity.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { Metrics } from './metrics/metrics.service.js';
import { Warnings1763750500000 } from './migrations/1763750500000-warnings.js';
import { Catalogue1763750500100 } from './migrations/1763750500100-catalogue.js';
import { Workflow1763750500300 } from './migrations/1763750500300-workflow.js';
import { Ingest1763750500200 } from './migrations/1763750500200-ingest.js';
import { MoreMetrics1763750500400 } from './migrations/1763750500400-more-metrics.js';
import { ErasureController } from './observations/erasure.controller.js';
import { Erasure } from './observations/erasure.service.js';
import { LastRun1763750500600 } from './migrations/1763750500600-last-run.js';
import { KnownStudents } from './observations/known-students.js';
import { Cells1763750500500 } from './migrations/1763750500500-cells.js';
import { NarrowVectors1763750500700 } from './migrations/1763750500700-narrow-vectors.js';
import { LedgerByDay1763750500900 } from './migrations/1763750500900-ledger-by-day.js';
import { WhoAndWhichVersion1763750500800 } from './migrations/1763750500800-who-and-which-version.js';
import { SensitiveMatters1763750501000 } from './migrations/1763750501000-sensitive-matters.js';
import { CorrectedDays1763750501100 } from './migrations/1763750501100-corrected-days.js';
import { UpdatedSince1763750520000 } from './migrations/1763750520000-updated-since.js';
import { Publications1763750530000 } from './migrations/1763750530000-publications.js';
import { TriageDeadlines1763760010000 } from './migrations/1763760010000-triage-deadlines.js';
import { QuarterCredits1763750530100 } from './migrations/1763750530100-quarter-credits.js';
import { ObservationsController } from './observations/observations.controller.js';
import { ObservationHandlers } from './observations/observations.handlers.js';
import { Observations } from './observations/observations.service.js';
import { Retention } from './observations/retention.js';
import { RuleParametersController } from './parameters/rule-parameters.controller.js';
import { RuleParameters } from './parameters/rule-parameters.service.js';
import { RuleQualityController } from './quality/rule-quality.controller.js';
import { RuleQuality } from './quality/rule-quality.service.js';
import { FlagShares } from './rules/flag-shares.js';
import { Rule } from './rules/rule.entity.js';
import { RulesController } from './rules/rules.controller.js';
import { Rules } from './rules/rules.service.js';
import { Run } from './runs/run.entity.js';
import { RunExecutor } from './runs/run-executor.js';
import { RunWaker } from './runs/run-waker.js';
import { RunsController } from './runs/runs.controller.js';
import { RunHandlers } from './runs/runs.handlers.js';
import { Runs } from './runs/runs.service.js';
import { Source } from './sources/source.entity.js';
import { SourceNotice } from './sources/source-notice.entity.js';
import { SourceNotices } from './sources/source-notices.service.js';
import { SourcesController } from './sources/sources.controller.js';
import { Sources } from './sources/sources.service.js';
import { Corrections } from './warnings/corrections.js';
import { TriageDeadlines } from './warnings/triage-deadlines.js';
import { Withdrawals } from './warnings/withdrawals.service.js';
import { Raising } from './warnings/raising.js';
import { Warning } from './warnings/warning.entity.js';
import { WarningsController } from './warnings/warnings.controller.js';
import { Warnings } from './warnings/warnings.service.js';

@Module({
  controllers: [
    MetricsController,
    ObservationsController,
    ErasureController,
    RulesController,
    LanguageController,
    SourcesController,
    EvaluationsController,
    DryRunsController,
    RunsController,
    WarningsController,
    RuleParametersController,
    RuleQualityController,
    ExplanationsController,
  ],
  providers: [
    Metrics,
    KnownStudents,
    Erasure,
    Retention,
    Observations,
    ObservationHandlers,
    VectorStore,
    Cohorting,
    Engine,
    Questions,
    FlagShares,
    Rules,
    Language,
    Sources,
    SourceNotices,
    Evaluations,
    DryRuns,
    RunExecutor,
    RunWaker,
    Runs,
    RunHandlers,
    Raising,
    Corrections,
    Withdrawals,
    TriageDeadlines,
    Warnings,
    RuleParameters,
    RuleQuality,
    Explanations,
  ],
})
class EarlyWarningModule {}

export const earlyWarning: Service = {
  name: 'early-warning',
  module: EarlyWarningModule,
  entities: [DryRun, Metric, Rule, Run, Source, SourceNotice, Warning],
  migrations: [
    Warnings1763750500000,
    Catalogue1763750500100,
    Ingest1763750500200,
    Workflow1763750500300,
    MoreMetrics1763750500400,
    Cells1763750500500,
    LastRun1763750500600,
    NarrowVectors1763750500700,
    WhoAndWhichVersion1763750500800,
    LedgerByDay1763750500900,
    SensitiveMatters1763750501000,
    CorrectedDays1763750501100,
    UpdatedSince1763750520000,
    Publications1763750530000,
    QuarterCredits1763750530100,
    TriageDeadlines1763760010000,
  ],
};
