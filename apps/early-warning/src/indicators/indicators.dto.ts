import type { Bilingual } from '#contracts';
import { DateOnly, Decimal, Int, ListOf, Nested, OneOf, Text } from '#fields';
import { AnyOf } from '#http';
import { type CareIndicatorCode, FORMULAS } from './indicators.formulas.js';

export const GROUPS = {
  college: { zh: '学院', en: 'College' },
  class: { zh: '班级', en: 'Class' },
  level: { zh: '预警级别', en: 'Level of the warning' },
  rule: { zh: '预警规则', en: 'Rule' },
} as const;
export type Group = keyof typeof GROUPS;
const COUNT = { min: 0, max: 2_000_000_000 };

export class CareIndicatorsQuery {
  @DateOnly({ zh: '自该日起', en: 'From this day on', optional: true, example: '2026-09-01' })
  from?: string;

  @DateOnly({ zh: '至该日止', en: 'Up to this day', optional: true, example: '2027-01-20' })
  to?: string;

  @AnyOf('uuid', {
    zh: '学生所属的单位或场所（含其下级）',
    en: 'Units or places of the students, those below included',
  })
  unitId?: string[];

  @OneOf(GROUPS, { zh: '按什么细分', en: 'By what it is broken down', optional: true, example: 'college' })
  by: Group = 'college';
}

/** `value`: of a share numerator ÷ denominator, of a median the hours, of a count the count. */
export interface Figure {
  numerator: number;
  denominator: number | null;
  value: number | null;
}

class CareFormulaDto implements Bilingual {
  @Text({ zh: '中文', en: 'In Chinese', max: 500, example: FORMULAS.precision.formula.zh })
  zh: string;

  @Text({ zh: '英文', en: 'In English', max: 500, example: FORMULAS.precision.formula.en })
  en: string;
}

abstract class IndicatorFigureDto implements Figure {
  @Int({
    zh: '分子、计数，或中位数所依的条数',
    en: 'Numerator, the count, or of how many the median is',
    ...COUNT,
    example: 46,
  })
  numerator: number;

  @Int({
    zh: '分母；不是比率时为空',
    en: 'Denominator; null where it is no share',
    ...COUNT,
    nullable: true,
    example: 50,
  })
  denominator: number | null;

  @Decimal({
    zh: '值；没有可算的为空',
    en: 'Value; null where there is nothing to count',
    ...COUNT,
    nullable: true,
    example: 0.92,
  })
  value: number | null;
}

class GroupFigureDto extends IndicatorFigureDto {
  @Text({ zh: '分组', en: 'The group', max: 200, example: '计算机学院' })
  group: string;
}

/** A figure with its published formula. */
export class CareIndicatorDto extends IndicatorFigureDto {
  @OneOf(Object.fromEntries(Object.entries(FORMULAS).map(([code, { name }]) => [code, name])), {
    zh: '指标',
    en: 'Indicator',
    example: 'precision',
  })
  code: CareIndicatorCode;

  @Nested(() => CareFormulaDto, { zh: '名称', en: 'Name', example: FORMULAS.precision.name })
  name: Bilingual;

  @Nested(() => CareFormulaDto, { zh: '公式', en: 'Formula', example: FORMULAS.precision.formula })
  formula: Bilingual;

  @ListOf(() => GroupFigureDto, { zh: '细分', en: 'Broken down', maxItems: 10_000, example: [] })
  groups: GroupFigureDto[];

  static of(code: CareIndicatorCode, all: Figure, groups: (Figure & { group: string })[]): CareIndicatorDto {
    return Object.assign(new CareIndicatorDto(), { code, ...FORMULAS[code], ...all, groups });
  }
}
