import { DateOnly, Decimal, Flag, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { RULE_STATES, type RuleState } from '../rules/rule.entity.js';
import { DISMISS_REASONS } from '../warnings/warning.entity.js';

/** More are left out of the report. */
export const MAX_QUALITIES = 1000;
const COUNT = { min: 0, max: 1_000_000_000 };
const SHARE = { min: 0, max: 1, nullable: true };

export class RuleQualityQuery {
  @DateOnly({
    zh: '首日；默认为末日之前第 89 天',
    en: 'First day; default 89 days before the last',
    optional: true,
    example: '2026-09-01',
  })
  from?: string;

  @DateOnly({ zh: '末日；默认今天', en: 'Last day; default today', optional: true, example: '2026-11-20' })
  to?: string;

  @Text({ zh: '规则代码', en: 'Code of the rule', max: 60, optional: true, example: 'dorm.late' })
  code?: string;
}

class DismissedDto {
  @OneOf(DISMISS_REASONS, { zh: '排除原因', en: 'Why they were set aside', example: 'excused' })
  reason: keyof typeof DISMISS_REASONS;

  @Int({ zh: '条数', en: 'How many', ...COUNT, example: 2 })
  n: number;
}

class IntervalDto {
  @Decimal({ zh: '下限', en: 'Lower bound', min: 0, max: 1, example: 0.61 })
  low: number;

  @Decimal({ zh: '上限', en: 'Upper bound', min: 0, max: 1, example: 0.93 })
  high: number;
}

/** What became of the warnings of a rule, all its versions together. */
export class QualityOfCodeDto {
  @Text({ zh: '规则代码', en: 'Code of the rule', example: 'dorm.late' })
  code: string;

  @Int({ zh: '发出', en: 'Raised', ...COUNT, example: 40 })
  raised: number;

  @Int({ zh: '其中确认', en: 'Of these, confirmed', ...COUNT, example: 20 })
  confirmed: number;

  @Int({ zh: '其中排除', en: 'Of these, dismissed', ...COUNT, example: 5 })
  dismissed: number;

  @ListOf(() => DismissedDto, { zh: '排除，按原因', en: 'Dismissed, by reason', maxItems: 20 })
  dismissedByReason: DismissedDto[];

  @Int({ zh: '其中被忽略', en: 'Of these, ignored', ...COUNT, example: 3 })
  ignored: number;

  @Int({ zh: '其中撤回', en: 'Of these, withdrawn', ...COUNT, example: 1 })
  withdrawn: number;

  @Decimal({
    zh: '研判用时中位数（小时）',
    en: 'Median hours to triage',
    min: 0,
    max: 1e6,
    nullable: true,
    example: 7.5,
  })
  medianHours: number | null;

  @Decimal({
    zh: '研判用时 90 分位（小时）',
    en: '90th percentile of the hours to triage',
    min: 0,
    max: 1e6,
    nullable: true,
    example: 30,
  })
  p90Hours: number | null;

  @Decimal({
    zh: '准确率：确认 /（确认 + 排除），因“已知情”而排除的不计',
    en: 'Precision: confirmed / (confirmed + dismissed); dismissed as already known does not count',
    ...SHARE,
    example: 0.8,
  })
  precision: number | null;

  @Nested(() => IntervalDto, {
    zh: '准确率的 95% 置信区间（Wilson）',
    en: '95 % interval of the precision (Wilson)',
    nullable: true,
  })
  interval: IntervalDto | null;
}

/** What became of the warnings that one version of a rule raised. */
export class RuleQualityDto extends QualityOfCodeDto {
  @Uuid({ zh: '规则版本', en: 'Version of a rule' })
  ruleId: string;

  @Int({ zh: '第几版', en: 'Number of the version', min: 1, max: 1_000_000, example: 1 })
  number: number;

  @OneOf(RULE_STATES, { zh: '状态', en: 'State', example: 'published' })
  state: RuleState;

  @Decimal({
    zh: '末日前 30 天研判的准确率',
    en: 'Precision of what was triaged in the 30 days up to the last',
    ...SHARE,
    example: 0.5,
  })
  recentPrecision: number | null;

  @Decimal({
    zh: '此前研判的准确率；本版此前研判过少时，连同以前各版',
    en: 'Precision of what was triaged before; of too little, together with the versions before',
    ...SHARE,
    example: 0.8,
  })
  formerPrecision: number | null;

  @Flag({ zh: '准确率明显下降', en: 'The precision fell by more than the policy says', example: false })
  flagged: boolean;
}

export class RuleQualitiesDto {
  @DateOnly({ zh: '首日', en: 'First day', example: '2026-08-23' })
  from: string;

  @DateOnly({ zh: '末日', en: 'Last day', example: '2026-11-20' })
  to: string;

  @Int({
    zh: '所依政策的版本；0 为默认',
    en: 'Version of the policy; 0 = the default',
    min: 0,
    max: 1_000_000,
    example: 0,
  })
  policyVersion: number;

  @ListOf(() => RuleQualityDto, {
    zh: `各规则的各版本：在用的在先，再按发出的条数；最多 ${MAX_QUALITIES} 个`,
    en: `By rule and version: those in force first, then by warnings raised; at most ${MAX_QUALITIES}`,
    maxItems: MAX_QUALITIES,
  })
  rules: RuleQualityDto[];

  @ListOf(() => QualityOfCodeDto, {
    zh: `发出过预警的各规则，各版合计，按发出的条数；最多 ${MAX_QUALITIES} 个`,
    en: `By rule that raised warnings, all versions together, by warnings raised; at most ${MAX_QUALITIES}`,
    maxItems: MAX_QUALITIES,
  })
  codes: QualityOfCodeDto[];
}
