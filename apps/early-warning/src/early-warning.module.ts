import { service } from '#service';
import { archive } from './archive/archive.feature.js';
import { books } from './books/books.feature.js';
import { cases } from './cases/cases.feature.js';
import { digest } from './digest/digest.feature.js';
import { effects } from './effects/effects.feature.js';
import { engine } from './engine/engine.feature.js';
import { evaluations } from './evaluations/evaluations.feature.js';
import { explanations } from './explanations/explanations.feature.js';
import { indicators } from './indicators/indicators.feature.js';
import { language } from './language/language.feature.js';
import { metrics } from './metrics/metrics.feature.js';
import { Warnings1763750500000 } from './migrations/1763750500000-warnings.js';
import { Catalogue1763750500100 } from './migrations/1763750500100-catalogue.js';
import { Ingest1763750500200 } from './migrations/1763750500200-ingest.js';
import { Workflow1763750500300 } from './migrations/1763750500300-workflow.js';
import { MoreMetrics1763750500400 } from './migrations/1763750500400-more-metrics.js';
import { Cells1763750500500 } from './migrations/1763750500500-cells.js';
import { LastRun1763750500600 } from './migrations/1763750500600-last-run.js';
import { NarrowVectors1763750500700 } from './migrations/1763750500700-narrow-vectors.js';
import { WhoAndWhichVersion1763750500800 } from './migrations/1763750500800-who-and-which-version.js';
import { LedgerByDay1763750500900 } from './migrations/1763750500900-ledger-by-day.js';
import { SensitiveMatters1763750501000 } from './migrations/1763750501000-sensitive-matters.js';
import { CorrectedDays1763750501100 } from './migrations/1763750501100-corrected-days.js';
import { UpdatedSince1763750520000 } from './migrations/1763750520000-updated-since.js';
import { Publications1763750530000 } from './migrations/1763750530000-publications.js';
import { QuarterCredits1763750530100 } from './migrations/1763750530100-quarter-credits.js';
import { TriageDeadlines1763760010000 } from './migrations/1763760010000-triage-deadlines.js';
import { PlainWords1764804300000 } from './migrations/1764804300000-plain-words.js';
import { RiskModels1764814000000 } from './migrations/1764814000000-risk-models.js';
import { OneBookOfAJob1764822100100 } from './migrations/1764822100100-one-book-of-a-job.js';
import { GrowthArchive1764813100000 } from './migrations/1764813100000-growth-archive.js';
import { GraduationBooks1764813200000 } from './migrations/1764813200000-graduation-books.js';
import { SupervisedTriage1764823000000 } from './migrations/1764823000000-supervised-triage.js';
import { Notices1764823000100 } from './migrations/1764823000100-notices.js';
import { notices } from './notices/notices.feature.js';
import { ReferralsToCases1764823000200 } from './migrations/1764823000200-referrals-to-cases.js';
import { Digests1764823000300 } from './migrations/1764823000300-digests.js';
import { Disputes1764826000000 } from './migrations/1764826000000-disputes.js';
import { Processing1764826000100 } from './migrations/1764826000100-processing.js';
import { OwnerPosts1764840000000 } from './migrations/1764840000000-owner-posts.js';
import { SupervisionPosts1764830000000 } from './migrations/1764830000000-supervision-posts.js';
import { processing } from './processing/processing.feature.js';
import { disputes } from './disputes/disputes.feature.js';
import { own } from './own/own.feature.js';
import { observations } from './observations/observations.feature.js';
import { outcomes } from './outcomes/outcomes.feature.js';
import { parameters } from './parameters/parameters.feature.js';
import { Portraits1764825000000 } from './migrations/1764825000000-portraits.js';
import { portraits } from './portraits/portraits.feature.js';
import { quality } from './quality/quality.feature.js';
import { risk } from './risk/risk.feature.js';
import { CareCases1764812000000 } from './migrations/1764812000000-care-cases.js';
import { Referrals1764812000100 } from './migrations/1764812000100-referrals.js';
import { referrals } from './referrals/referrals.feature.js';
import { Resources1764824000000 } from './migrations/1764824000000-resources.js';
import { Effects1764824100000 } from './migrations/1764824100000-effects.js';
import { RiskScores1764824200000 } from './migrations/1764824200000-risk-scores.js';
import { resources } from './resources/resources.feature.js';
import { rules } from './rules/rules.feature.js';
import { runs } from './runs/runs.feature.js';
import { sources } from './sources/sources.feature.js';
import { warnings } from './warnings/warnings.feature.js';
import { OWN_DATA } from './own-data.js';

export const earlyWarning = service('early-warning', {
  features: [
    metrics,
    observations,
    engine,
    rules,
    language,
    sources,
    evaluations,
    runs,
    warnings,
    notices,
    cases,
    referrals,
    outcomes,
    digest,
    indicators,
    parameters,
    quality,
    explanations,
    risk,
    archive,
    books,
    own,
    disputes,
    processing,
    resources,
    effects,
    portraits,
  ],
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
    PlainWords1764804300000,
    CareCases1764812000000,
    Referrals1764812000100,
    GrowthArchive1764813100000,
    GraduationBooks1764813200000,
    RiskModels1764814000000,
    OneBookOfAJob1764822100100,
    SupervisedTriage1764823000000,
    Notices1764823000100,
    ReferralsToCases1764823000200,
    Digests1764823000300,
    Resources1764824000000,
    Effects1764824100000,
    RiskScores1764824200000,
    Portraits1764825000000,
    Disputes1764826000000,
    Processing1764826000100,
    SupervisionPosts1764830000000,
    OwnerPosts1764840000000,
  ],
  ownData: OWN_DATA,
  jobs: ['early-warning:run:write', 'early-warning:book:make'],
});
