/** The warning rules' language, and what judges students by it: no server, no table, no package. */
export { type Aggregate, AGGREGATES, factsOf } from './language/aggregates.js';
export {
  type Constant,
  type Expression,
  type Feature,
  type MaskDay,
  MASKS,
  type MetricInfo,
  type Predicate,
  rankOf,
  type Rule,
  type Where,
} from './language/rule.js';
export { dateOfDay, dayOf } from './language/days.js';
export { MAX_CONSTANT, MAX_MOMENTS, MAX_RULE_TEXT, MAX_STORED, MAX_TEXT, UUID } from './language/limits.js';
export { checkFeature } from './language/check/check-feature.js';
export { checkRule, checkVisibility } from './language/check/check-rule.js';
export { Findings, isObject, type RuleError } from './language/check/findings.js';
export { type MetricChoice, ruleSchema, type Schema } from './language/schema/schema.js';
export { canonicalRule, printRule } from './language/text/text.js';
export { parseRule, type RuleBase } from './language/text/text-parser.js';
export { RuleTextError } from './language/text/tokens.js';
export { type Mark, MARKS, TEMPLATES } from './templates/index.js';
export {
  BEGINNING,
  compile,
  type Days,
  type Moment,
  type Plan,
  type PlannedFeature,
  type PlannedNumber,
  type PlannedPredicate,
} from './plan/compile.js';
export { Calendar, firstMaskDays, type Ranges } from './plan/masks.js';
export { BLOCK, CANNOT_SAY, type Cohorts, Evaluation, type Need, type World } from './judge/evaluation.js';
export type { Lanes, Vector } from './judge/space.js';
export { DetailEvaluation, type Condition } from './explain/detail-evaluation.js';
export {
  type CohortFacts,
  earlierFeatures,
  earlierFor,
  type Evidence,
  type FeatureEvidence,
  featuresFor,
  levelOf,
  reasonOf,
  thresholdOf,
} from './explain/evidence.js';
export {
  amount,
  type Audience,
  type Figure,
  type Language,
  type NamedMetric,
  sayFigure,
  shownValue,
  SIGNS,
} from './explain/figures.js';
export { planSql } from './sql/sql.js';
export { Assembler } from './machine/assembler.js';
export { type Call, LANES, machineCode, MAX_NARROW, OP } from './machine/machine.js';
export { Arena, Memory, sizeOf } from './machine/memory.js';
export { PlainMachine } from './machine/plain-machine.js';
