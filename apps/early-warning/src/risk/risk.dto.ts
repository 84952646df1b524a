import { DateOnly, Decimal, Instant, Int, Json, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { ByDto, ListQuery } from '#http';
import { RULE_EXAMPLE, RuleDefinitionDto } from '../rules/rules.dto.js';
import { partOf } from '../rules/rule-components.js';
import { RISK_MODEL_STATES, type RiskCard, type RiskModel, type RiskModelState } from './risk-model.entity.js';

class RiskTextDto {
  @Text({ zh: '中文', en: 'Chinese', max: 500, example: '逾期未交作业' })
  zh: string;

  @Text({ zh: '英文', en: 'English', max: 500, example: 'work that is overdue' })
  en: string;
}

class SnapshotDto {
  @DateOnly({ zh: '学生当时的情况，截至此日', en: 'Students as they were known on this day', example: '2025-10-20' })
  asOf: string;

  @DateOnly({ zh: '结果截至此日', en: 'Their outcome as of this day', example: '2026-01-20' })
  outcomeAsOf: string;
}

const FEATURES = {
  absences: { metric: 'absent_hours', agg: 'sum', window: '14d', default: 0 },
  late: { metric: 'late_return', agg: 'sum', window: '30d', default: 0 },
};
export const TRAINING_EXAMPLE = {
  title: { zh: '期末不及格', en: 'Failing at the end of the term' },
  outcome: RULE_EXAMPLE,
  features: FEATURES,
  snapshots: [{ asOf: '2025-10-20', outcomeAsOf: '2026-01-20' }],
};
export const MAX_SNAPSHOTS = 40;
export const MAX_FEATURES = 60;

export class RiskTrainingDto {
  @Nested(() => RiskTextDto, { zh: '预示什么', en: 'What is foretold', example: TRAINING_EXAMPLE.title })
  title: RiskTextDto;

  @Nested(() => RuleDefinitionDto, {
    zh: '结果：此规则成立即为出现',
    en: 'The outcome came to pass where this rule holds',
    example: RULE_EXAMPLE,
  })
  outcome: RuleDefinitionDto;

  @Json({
    zh: '特征：指标 × 聚合 × 窗口，与规则中的写法相同',
    en: 'Features: metric × aggregate × window, written as in a rule',
    schema: partOf('features'),
    example: FEATURES,
  })
  features: object;

  @ListOf(() => SnapshotDto, {
    zh: '从过去的这些日子学习',
    en: 'Days of the past that are learned from',
    minItems: 1,
    maxItems: MAX_SNAPSHOTS,
    example: TRAINING_EXAMPLE.snapshots,
  })
  snapshots: SnapshotDto[];
}

export class RiskModelsQuery extends ListQuery {
  @OneOf(RISK_MODEL_STATES, { zh: '状态', en: 'State', optional: true, example: 'active' })
  state?: RiskModelState;
}

const CARD_EXAMPLE = {
  ...{ students: 2400, rows: 2400, outcomes: 260, auc: 0.83, brier: 0.08, policyVersion: 0 },
  snapshots: [{ asOf: '2025-10-20', outcomeAsOf: '2026-01-20', students: 2400, outcomes: 260, auc: 0.83 }],
  calibration: [{ students: 240, foretold: 0.02, observed: 0.02 }],
  fairness: {
    sex: {
      groups: [
        {
          ...{ group: '1', rows: 1200, outcomes: 140, found: 70, share: 0.5, interval: [0.42, 0.58] },
          ...{ rate: 0.117, foretold: 0.115, expected: 0.49, auc: 0.82 },
        },
      ],
      ...{ gap: 0.03, gapInterval: [0.01, 0.09], expectedGap: 0.02, explanation: null },
    },
  },
  scores: { borders: [-3.1, -2.6, -2.1, -1.2], counts: [480, 480, 480, 480, 480] },
  note: {
    zh: '分数只用于给研判名单排序，不作任何决定',
    en: 'The score only orders the list for triage and decides nothing',
  },
};

export class RiskModelDto {
  @Uuid({ zh: '模型', en: 'Model' })
  id: string;

  @OneOf(RISK_MODEL_STATES, { zh: '状态', en: 'State', example: 'trained' })
  state: RiskModelState;

  @Uuid({ zh: '训练任务', en: 'Job of the training' })
  jobId: string;

  @Json({ zh: '从什么训练', en: 'What it is trained on', example: TRAINING_EXAMPLE })
  definition: object;

  @Json({
    zh: '模型卡：数据、日期、区分度、校准、公平性；尚未训练时为 null',
    en: 'Model card: data, days, AUC, calibration, fairness; null while it is not trained',
    nullable: true,
    example: CARD_EXAMPLE,
  })
  card: RiskCard | null;

  @Instant({ zh: '训练时间', en: 'Trained at', nullable: true })
  trainedAt: Date | null;

  @Instant({ zh: '发起时间', en: 'Asked for at' })
  createdAt: Date;

  @Nested(() => ByDto, { zh: '发起者', en: 'Who had it trained' })
  createdBy: ByDto;

  @Instant({ zh: '启用时间', en: 'Put in use at', nullable: true })
  activatedAt: Date | null;

  @Nested(() => ByDto, { zh: '启用者', en: 'Who put it in use', nullable: true })
  activatedBy: ByDto | null;

  @Instant({ zh: '停用时间', en: 'Taken out of use at', nullable: true })
  retiredAt: Date | null;

  @Int({ zh: '修订号，用于 If-Match', en: 'Revision for If-Match', min: 1, max: 1_000_000_000, example: 2 })
  version: number;

  static from(model: RiskModel): RiskModelDto {
    const { id, state, jobId, definition, card, trainedAt, createdAt, activatedAt, activatedBy, retiredAt, version } =
      model;
    return Object.assign(new RiskModelDto(), {
      ...{ id, state, jobId, definition, card, trainedAt, createdAt, activatedAt, retiredAt, version },
      createdBy: ByDto.from(model.createdBy),
      activatedBy: activatedBy === null ? null : ByDto.from(activatedBy),
    });
  }
}

export class RiskDriftQuery {
  @DateOnly({ zh: '截至日期，默认昨天', en: 'As-of day; default yesterday', optional: true, example: '2026-11-20' })
  asOf?: string;
}

class FeatureDriftDto {
  @Text({ zh: '特征', en: 'Feature', example: 'absences' })
  feature: string;

  @Decimal({ zh: '群体稳定性指标', en: 'Population stability index', min: 0, max: 1000, example: 0.04 })
  psi: number;
}

/** Below .1 students are as in training, above .25 they are others: the model should be trained anew. */
export class RiskDriftDto {
  @DateOnly({ zh: '截至日期', en: 'As-of day', example: '2026-11-20' })
  asOf: string;

  @Int({ zh: '学生数', en: 'Students', min: 0, max: 10_000_000, example: 2000 })
  students: number;

  @Decimal({
    zh: '分数的群体稳定性指标',
    en: 'Population stability index of the scores',
    min: 0,
    max: 1000,
    example: 0.05,
  })
  score: number;

  @ListOf(() => FeatureDriftDto, { zh: '各特征', en: 'Feature by feature', maxItems: MAX_FEATURES })
  features: FeatureDriftDto[];
}

class RiskPartDto {
  @ListOf('text', { zh: '特征', en: 'Features', maxItems: 2, example: ['absences'] })
  features: string[];

  @Nested(() => RiskTextDto, {
    zh: '用话说',
    en: 'In words',
    example: { zh: '旷课：4，名次明显靠前', en: 'absences: 4, moves the student up clearly' },
  })
  text: RiskTextDto;

  @Decimal({
    zh: '加到分数上的部分（对数几率）；学生查询本人时为 null',
    en: 'What it adds to the score, in log-odds; null when students ask about themselves',
    min: -100,
    max: 100,
    nullable: true,
    example: 0.62,
  })
  points: number | null;
}

export class RiskDto {
  @Uuid({ zh: '学生', en: 'Student' })
  studentId: string;

  @Uuid({ zh: '模型', en: 'Model' })
  modelId: string;

  @DateOnly({ zh: '截至日期', en: 'As-of day', example: '2026-11-20' })
  asOf: string;

  @Nested(() => RiskTextDto, { zh: '预示什么', en: 'What is foretold', example: TRAINING_EXAMPLE.title })
  title: RiskTextDto;

  @Decimal({
    zh: '全体的起点（对数几率）；学生查询本人时为 null',
    en: 'Where everybody begins, in log-odds; null when students ask about themselves',
    min: -100,
    max: 100,
    nullable: true,
    example: -2.1,
  })
  base: number | null;

  @Decimal({
    zh: '分数：起点与各部分之和；学生查询本人时为 null',
    en: 'Score: the base and the sum of the parts; null when students ask about themselves',
    min: -100,
    max: 100,
    nullable: true,
    example: -1.3,
  })
  score: number | null;

  @Decimal({
    zh: '以往类似学生中出现该结果的比例；学生查询本人时为 null',
    en: 'Share of earlier students like this in whom the outcome came to pass; null when students ask about themselves',
    min: 0,
    max: 1,
    nullable: true,
    example: 0.21,
  })
  share: number | null;

  @ListOf(() => RiskPartDto, { zh: '各部分，影响大的在前', en: 'Parts, those that matter most first', maxItems: 100 })
  parts: RiskPartDto[];

  @Nested(() => RiskTextDto, {
    zh: '怎样看待',
    en: 'How to take it',
    example: {
      zh: '分数只用于给研判名单排序，不作任何决定',
      en: 'The score only orders the list for triage and decides nothing',
    },
  })
  note: RiskTextDto;
}

/** A score in a list that may be sorted by it; it decides nothing. */
export class ListedRiskDto {
  @Uuid({ zh: '模型', en: 'Model' })
  modelId: string;

  @DateOnly({ zh: '截至日期', en: 'As-of day', example: '2026-11-20' })
  asOf: string;

  @Decimal({ zh: '分数（对数几率）', en: 'Score, in log-odds', min: -1000, max: 1000, example: -1.3 })
  score: number;

  @ListOf(() => RiskPartDto, { zh: '影响最大的几部分', en: 'Parts that matter most', maxItems: 5 })
  parts: RiskPartDto[];
}
