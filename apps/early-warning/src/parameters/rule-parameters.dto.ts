import { Decimal, Int, ListOf, OneOf, Text } from '#fields';
import { MAX_CONSTANT } from '#rule-language';
import { RULE_STATES, type RuleState } from '../rules/rule.entity.js';

const RANGE = { min: -MAX_CONSTANT, max: MAX_CONSTANT };

/** A version of a rule that names the parameter. */
export class RuleOfParameterDto {
  @Text({ zh: '规则代码', en: 'Code of the rule', max: 60, example: 'dorm.late' })
  code: string;

  @Int({ zh: '第几版', en: 'Number of the version', min: 1, max: 1_000_000, example: 1 })
  number: number;

  @OneOf(RULE_STATES, { zh: '状态', en: 'State', example: 'published' })
  state: RuleState;
}

export class RuleParameterDto {
  @Text({ zh: '参数名', en: 'Name', max: 60, example: 'late_per_week' })
  name: string;

  @Decimal({
    zh: '学校设定的数值；空为采用规则自带的默认值',
    en: "The school's number; null = each rule's own default",
    ...{ ...RANGE, nullable: true, example: 4 },
  })
  value: number | null;

  @ListOf('decimal', { zh: '规则自带的默认值', en: 'Defaults of the rules', example: [3] })
  defaults: number[];

  @ListOf(() => RuleOfParameterDto, {
    zh: '使用它的已发布规则与草稿',
    en: 'Published rules and drafts that name it',
    example: [{ code: 'dorm.late', number: 1, state: 'published' }],
  })
  rules: RuleOfParameterDto[];
}

/** What schools can set of their rules, and what the school has set today. */
export class RuleParametersDto {
  @Int({
    zh: '所依政策的版本；0 为默认',
    en: 'Version of the policy; 0 = the default',
    ...{ min: 0, max: 1_000_000, example: 1 },
  })
  policyVersion: number;

  @ListOf(() => RuleParameterDto, { zh: '按参数名', en: 'By name', maxItems: 100_000 })
  parameters: RuleParameterDto[];

  @ListOf('text', {
    zh: '学校设定了、但没有规则使用的参数名',
    en: 'Names the school has set that no rule uses',
    example: ['late_per_weak'],
  })
  unused: string[];
}
