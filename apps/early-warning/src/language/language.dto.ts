import { getSchemaPath } from '@nestjs/swagger';
import type { Bilingual } from '#contracts';
import { Int, Json, ListOf, LongText, Nested, OneOf, Text } from '#fields';
import { type Mark, MARKS, MAX_RULE_TEXT, type Rule } from '#rule-language';
import { RuleDefinitionDto } from '../rules/rules.dto.js';

const TEXT = 'yellow: sum(late_return, 7d, default: 0) >= $late_per_week(3)';
const SENTENCES = {
  id: 'dorm.late',
  title: { zh: '多次晚归', en: 'Repeated late returns' },
  reason: { zh: '7 天内晚归 {late} 次', en: '{late} late returns within 7 days' },
};
const FEATURES = { late: { metric: 'late_return', agg: 'sum', window: '7d', default: 0 } };
const RULE = {
  ...SENTENCES,
  features: FEATURES,
  level: 'yellow',
  when: { ge: [{ f: 'late' }, { $p: 'late_per_week', default: 3 }] },
};
const MAX_BYTES = 65_536;

/** Either a rule, to see its text, or a text with what a text does not say, to see its rule. */
export class RuleTextRequestDto {
  @Json({ zh: '规则', en: 'Rule', optional: true, maxBytes: MAX_BYTES, example: RULE })
  rule?: object;

  @LongText({ zh: '规则文本', en: 'Text of a rule', max: MAX_RULE_TEXT, optional: true, example: TEXT })
  text?: string;

  @Json({
    zh: '与文本一起给出：id、title、reason、studentReason、visibility，以及沿用其名称的 features（可直接给原规则）',
    en: 'With a text: id, title, reason, studentReason, visibility, and features whose names are kept (a whole rule will do)',
    optional: true,
    maxBytes: MAX_BYTES,
    example: { ...SENTENCES, features: FEATURES },
  })
  base?: object;
}

export class RuleTextErrorDto {
  @Text({
    zh: '出错的节点；控制字符写作 \\uXXXX',
    en: 'Where: a JSON pointer into the request or the rule; control characters as \\uXXXX',
    max: 2000,
    example: '#/text',
  })
  pointer: string;

  @Text({ zh: '中文说明', en: 'Chinese', max: 500, example: '此处应为 )' })
  zh: string;

  @Text({ zh: '英文说明', en: 'English', max: 500, example: 'expected ) here' })
  en: string;

  @Int({
    zh: '文本中的位置，从 0 起的字符数',
    en: 'Place in the text: characters before it',
    ...{ min: 0, max: MAX_RULE_TEXT, optional: true, example: 38 },
  })
  offset?: number;

  @Int({ zh: '行，从 1 起', en: 'Line, from 1', min: 1, max: MAX_RULE_TEXT + 1, optional: true, example: 1 })
  line?: number;

  @Int({ zh: '列，从 1 起', en: 'Column, from 1', min: 1, max: MAX_RULE_TEXT + 1, optional: true, example: 39 })
  column?: number;
}

export class RuleTextDto {
  @LongText({
    zh: '规则文本的规范写法；有错误时为 null',
    en: 'The text as the language writes it; null when there are errors',
    ...{ max: MAX_RULE_TEXT, nullable: true, example: TEXT },
  })
  text: string | null;

  @Json({
    zh: '规则；文本无法读取时为 null',
    en: 'The rule; null when the text cannot be read',
    nullable: true,
    example: RULE,
  })
  rule: object | null;

  @ListOf(() => RuleTextErrorDto, {
    zh: '错误；空为可以起草',
    en: 'What is wrong; empty: it can be drafted',
    maxItems: 100,
  })
  errors: RuleTextErrorDto[];
}

class LabelDto {
  @Text({ zh: '中文', en: 'Chinese', max: 500, example: '吉林大学' })
  zh: string;

  @Text({ zh: '英文', en: 'English', max: 500, example: 'Jilin University' })
  en: string;
}

class TemplateSourceDto {
  @Nested(() => LabelDto, { zh: '学校', en: 'School' })
  school: Bilingual;

  @Nested(() => LabelDto, { zh: '文件', en: 'Document' })
  document: Bilingual;

  @OneOf(MARKS, { zh: '可信程度', en: 'How far the numbers may be relied on', example: 'one_school' })
  mark: Mark;
}

/** A rule to start from; it is not in force. */
export class RuleTemplateDto {
  @Text({ zh: '规则代码', en: 'Code of the rule', example: 'dorm.late' })
  code: string;

  @Json({
    zh: '规则，可直接起草',
    en: 'The rule, fit to be drafted',
    schema: { allOf: [{ $ref: getSchemaPath(RuleDefinitionDto) }] },
    example: RULE,
  })
  rule: Rule;

  @LongText({ zh: '规则文本', en: 'Its text', max: MAX_RULE_TEXT, example: TEXT })
  text: string;

  @Nested(() => TemplateSourceDto, { zh: '来源', en: 'Where it comes from' })
  source: TemplateSourceDto;

  @Nested(() => LabelDto, { zh: '说明', en: 'What its levels mean, and what is left to people' })
  note: Bilingual;
}
