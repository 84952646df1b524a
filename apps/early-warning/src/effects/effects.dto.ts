import { DateOnly, Decimal, Instant, Int, Json, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { ByDto, ListQuery } from '#http';
import { component, partOf } from '../rules/rule-components.js';
import {
  type Effect,
  EFFECT_STATES,
  type EffectDefinition,
  type EffectResult,
  type EffectState,
  type InterventionKind,
  INTERVENTIONS,
} from './effect.entity.js';
import { METHOD } from './method.js';

export const MAX_COMPARED_BY = 10;
export const MAX_EFFECT_DAYS = 120;
const MANY = { min: 0, max: 2_147_483_647 };
const ANY = { min: -1e12, max: 1e12 };

class EffectTextDto {
  @Text({ zh: '中文', en: 'Chinese', max: 500, example: '谈话后的旷课' })
  zh: string;

  @Text({ zh: '英文', en: 'English', max: 1000, example: 'Absences after a talk' })
  en: string;
}

const OUTCOME = { metric: 'absent_class', agg: 'sum', window: '28d', default: 0 };
const FEATURES = { loans: { metric: 'book_loans', agg: 'sum', window: '28d', default: 0 } };

export const EFFECT_EXAMPLE = {
  title: { zh: '谈话后的旷课', en: 'Absences after a talk' },
  intervention: 'talk',
  from: '2026-03-01',
  to: '2026-05-31',
  weeks: 4,
  outcome: OUTCOME,
  features: FEATURES,
};

export class EffectFormDto {
  @Nested(() => EffectTextDto, { zh: '名称', en: 'Title', example: EFFECT_EXAMPLE.title })
  title: EffectTextDto;

  @OneOf(INTERVENTIONS, { zh: '哪种帮扶', en: 'Which intervention', example: 'talk' })
  intervention: InterventionKind;

  @Text({
    zh: '资源的种类（学校规则中的代码）；不填为各种',
    en: 'Kind of resource, by its key in the school’s rules; none: all kinds',
    max: 40,
    optional: true,
    example: null as never,
  })
  resourceKind?: string;

  @DateOnly({ zh: '首日', en: 'First day of the interventions', example: '2026-03-01' })
  from: string;

  @DateOnly({
    zh: `末日（含）；最多 ${MAX_EFFECT_DAYS} 天`,
    en: `Last day, inclusive; at most ${MAX_EFFECT_DAYS} days`,
    example: '2026-05-31',
  })
  to: string;

  @Int({ zh: '多少周之后再看', en: 'Weeks after which the outcome is looked at again', min: 1, max: 52, example: 4 })
  weeks: number;

  @Json({
    zh: '看什么的变化：一个特征，与规则中的写法相同',
    en: 'What changes: a feature, written as in a rule',
    schema: { allOf: [component('feature')] },
    example: OUTCOME,
  })
  outcome: object;

  @Json({
    zh: `按什么算相似：特征，与规则中的写法相同，最多 ${MAX_COMPARED_BY} 个；变化前的结果总在其中`,
    en: `What students are compared by: features, written as in a rule, at most ${MAX_COMPARED_BY}; the outcome before is always among them`,
    schema: partOf('features'),
    example: FEATURES,
  })
  features: object;
}

export class EffectsQuery extends ListQuery {
  @OneOf(EFFECT_STATES, { zh: '状态', en: 'State', optional: true, example: 'found' })
  state?: EffectState;
}

class BalanceDto {
  @Text({ zh: '特征；outcome 为变化前的结果', en: 'Feature; outcome: the outcome before', max: 60, example: 'loans' })
  feature: string;

  @Decimal({ zh: '全体之间相差几个标准差', en: 'Standard deviations that all differ by', ...ANY, example: 0.8 })
  all: number;

  @Decimal({ zh: '配对之间相差几个标准差', en: 'Standard deviations that the pairs differ by', ...ANY, example: 0.03 })
  pairs: number;
}

class EffectIntervalDto {
  @Decimal({ zh: '下限', en: 'Lower end', ...ANY, example: -1.3 })
  low: number;

  @Decimal({ zh: '上限', en: 'Upper end', ...ANY, example: -0.3 })
  high: number;
}

class ChangesDto {
  @Decimal({ zh: '受帮扶的学生', en: 'Of students with the intervention', ...ANY, example: -2.1 })
  with: number;

  @Decimal({ zh: '相似的学生', en: 'Of the similar students', ...ANY, example: -1.2 })
  without: number;
}

export class EffectResultDto {
  @Int({
    zh: '期间受此帮扶的学生；对数不足时为空',
    en: 'Students with the intervention; null where there are too few pairs',
    ...MANY,
    nullable: true,
    example: 180,
  })
  had: number | null;

  @Int({ zh: '其中数据齐全的', en: 'Of these, of whom everything is known', ...MANY, nullable: true, example: 160 })
  treated: number | null;

  @Int({ zh: '可供比较的学生（按日计）', en: 'Students to compare with, counted once a day', ...MANY, example: 90_000 })
  compared: number;

  @Int({ zh: '有帮扶的日子', en: 'Days with an intervention', ...MANY, example: 60 })
  days: number;

  @Int({ zh: '配成多少对（n）', en: 'Pairs (n)', ...MANY, nullable: true, example: 152 })
  pairs: number | null;

  @OneOf(
    {
      few: { zh: '不足规定的对数', en: 'too few pairs' },
      unlike: { zh: '配对之间仍不够相似', en: 'the pairs are not alike enough' },
    },
    { zh: '为何不给出差别', en: 'Why no difference is told', nullable: true, example: null as never },
  )
  withheld: 'few' | 'unlike' | null;

  @Decimal({ zh: '与相似学生的差别', en: 'Difference from similar students', ...ANY, nullable: true, example: -0.8 })
  difference: number | null;

  @Nested(() => EffectIntervalDto, { zh: '差别的 95% 区间', en: '95 % interval of the difference', nullable: true })
  interval: EffectIntervalDto | null;

  @Nested(() => ChangesDto, { zh: '平均变化', en: 'Mean changes', nullable: true })
  changes: ChangesDto | null;

  @ListOf(() => BalanceDto, { zh: '有多相似', en: 'How alike they are', maxItems: 20 })
  balance: BalanceDto[];

  @Int({ zh: '所要求的对数', en: 'Pairs that are asked for', min: 30, max: 100_000, example: 30 })
  minPairs: number;

  @Int({ zh: '所依政策的版本；0 为默认', en: 'Version of the policy; 0 = the default', ...MANY, example: 0 })
  policyVersion: number;

  @Int({ zh: '配对次序的随机种子', en: 'Seed of the order of pairing', ...MANY, example: 1 })
  seed: number;
}

/** What became of students after an intervention. It says how they differ from similar students, not why. */
export class EffectDto {
  @Uuid({ zh: '成效', en: 'Effect' })
  id: string;

  @OneOf(EFFECT_STATES, { zh: '状态', en: 'State', example: 'found' })
  state: EffectState;

  @Uuid({ zh: '任务', en: 'Job' })
  jobId: string;

  @Json({ zh: '问的是什么', en: 'What was asked', example: { ...EFFECT_EXAMPLE, resourceKind: null } })
  definition: EffectDefinition;

  @Nested(() => EffectResultDto, { zh: '结果', en: 'Result', nullable: true })
  result: EffectResultDto | null;

  @Nested(() => EffectTextDto, { zh: '方法', en: 'Method', example: METHOD })
  method: EffectTextDto;

  @Nested(() => ByDto, { zh: '提出者', en: 'Asked by' })
  createdBy: ByDto;

  @Instant({ zh: '提出时间', en: 'Asked at' })
  createdAt: Date;

  @Instant({ zh: '得出时间', en: 'Worked out at', nullable: true })
  finishedAt: Date | null;

  static from(
    this: void,
    { id, state, jobId, definition, result, createdBy, createdAt, finishedAt }: Effect,
  ): EffectDto {
    return Object.assign(new EffectDto(), {
      ...{ id, state, jobId, definition, createdAt, finishedAt },
      result: result && shown(result),
      method: METHOD,
      createdBy: ByDto.from(createdBy),
    });
  }
}

function shown({ interval, ...result }: EffectResult): EffectResultDto {
  // How few they are, and how they were, would tell of them.
  const few = result.withheld === 'few' && { had: null, treated: null, pairs: null, balance: [] };
  return Object.assign(new EffectResultDto(), result, few, {
    interval: interval && { low: interval[0], high: interval[1] },
  });
}
