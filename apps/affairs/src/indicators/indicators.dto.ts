import type { Bilingual } from '#contracts';
import { DateOnly, Decimal, Int, ListOf, Nested, OneOf, Text } from '#fields';
import { AnyOf } from '#http';
import { FORMULAS, type IndicatorCode, type Ratio } from './indicators.formulas.js';

export class IndicatorsQuery {
  @DateOnly({ zh: '自该日起', en: 'From this day on', optional: true, example: '2026-09-01' })
  from?: string;

  @DateOnly({ zh: '至该日止', en: 'Up to this day', optional: true, example: '2027-01-20' })
  to?: string;

  @AnyOf('text', { zh: '事项代码', en: 'Codes of items' }, ['student-card'])
  item?: string[];

  @AnyOf(
    'uuid',
    { zh: '学生所属的单位或场所（含其下级）', en: 'Units or places of the students, those below included' },
    ['00000000-0000-7000-8000-000600000001'],
  )
  unitId?: string[];
}

class FormulaDto implements Bilingual {
  @Text({ zh: '中文', en: 'In Chinese', max: 500, example: FORMULAS['first-time-completion'].formula.zh })
  zh: string;

  @Text({ zh: '英文', en: 'In English', max: 500, example: FORMULAS['first-time-completion'].formula.en })
  en: string;
}

abstract class IndicatorValueDto {
  @Int({ zh: '分子，或计数', en: 'Numerator, or the count', min: 0, max: 2_000_000_000, example: 46 })
  numerator: number;

  @Int({
    zh: '分母；计数为 null',
    en: 'Denominator; null of a count',
    nullable: true,
    min: 0,
    max: 2_000_000_000,
    example: 50,
  })
  denominator: number | null;

  @Decimal({
    zh: '值；分母为 0 时为 null',
    en: 'Value; null with a denominator of 0',
    ...{ nullable: true, min: 0, max: 2_000_000_000, example: 0.92 },
  })
  value: number | null;
}

class ItemIndicatorDto extends IndicatorValueDto {
  @Text({ zh: '事项代码', en: 'Code of the item', max: 50, example: 'student-card' })
  item: string;
}

/** A figure with its published formula. */
export class IndicatorDto extends IndicatorValueDto {
  @OneOf(Object.fromEntries(Object.entries(FORMULAS).map(([code, { name }]) => [code, name])), {
    zh: '指标',
    en: 'Indicator',
    example: 'first-time-completion',
  })
  code: IndicatorCode;

  @Nested(() => FormulaDto, { zh: '名称', en: 'Name', example: FORMULAS['first-time-completion'].name })
  name: Bilingual;

  @Nested(() => FormulaDto, { zh: '公式', en: 'Formula' })
  formula: Bilingual;

  @ListOf(() => ItemIndicatorDto, { zh: '按事项', en: 'By item', maxItems: 1000, example: [] })
  items: ItemIndicatorDto[];

  static of(code: IndicatorCode, all: Ratio, items: (Ratio & { item: string })[]): IndicatorDto {
    const { name, formula } = FORMULAS[code];
    return Object.assign(new IndicatorDto(), {
      ...{ code, name, formula, ...valued(all) },
      items: items.map(({ item, ...ratio }) => Object.assign(new ItemIndicatorDto(), { item, ...valued(ratio) })),
    });
  }
}

function valued({ numerator, denominator }: Ratio): IndicatorValueDto {
  const value = denominator === null ? numerator : denominator === 0 ? null : numerator / denominator;
  return { numerator, denominator, value };
}
