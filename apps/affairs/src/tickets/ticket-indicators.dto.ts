import type { Bilingual } from '#contracts';
import { DateOnly, Decimal, Int, ListOf, Nested, OneOf, Text } from '#fields';
import { AnyOf } from '#http';
import { NameDto } from '#workflow';
import { PlaceOrUnitDto } from './tickets.dto.js';

/** What is published of each figure. There is no national norm for them: these are the house's definitions. */
export const TICKET_FORMULAS = {
  'answered-in-time': {
    name: { zh: '首次答复及时率', en: 'Share answered in time' },
    formula: {
      zh: '期内提交、已首次答复且不晚于时限的工单 ÷ 期内提交、已答复或答复时限已过的全部工单（撤回的不计）',
      en: 'tickets sent in the period that were answered no later than promised ÷ all sent in it that were answered, or whose time to answer has passed (those taken back do not count)',
    },
  },
  'done-in-time': {
    name: { zh: '按时办结率', en: 'Share done in time' },
    formula: {
      zh: '期内办结且不晚于办结时限的工单 ÷ 期内办结的全部工单；等待提交人补充的时间不计，重新打开的以最近一次办结为准',
      en: 'tickets done in the period no later than promised ÷ all done in it; the time they waited for the sender does not count, of reopened ones the last end does',
    },
  },
  reopened: {
    name: { zh: '重新打开率', en: 'Share reopened' },
    formula: {
      zh: '期内办结、曾被重新打开的工单 ÷ 期内办结的全部工单',
      en: 'tickets done in the period that were reopened at some time ÷ all done in it',
    },
  },
  satisfaction: {
    name: { zh: '平均满意度', en: 'Average satisfaction' },
    formula: {
      zh: '期内所作评价（1–5）之和 ÷ 评价数；重新打开的工单，每次办理所得的评价各计一次',
      en: 'the sum of the ratings (1 to 5) given in the period ÷ their number; of a reopened ticket the rating of each handling counts',
    },
  },
} as const satisfies Record<string, { name: Bilingual; formula: Bilingual }>;
export type TicketFigure = keyof typeof TICKET_FORMULAS;

export interface Ratio {
  numerator: number;
  denominator: number;
}

export class TicketIndicatorsQuery {
  @DateOnly({ zh: '自该日起', en: 'From this day on', optional: true, example: '2026-09-01' })
  from?: string;

  @DateOnly({ zh: '至该日止', en: 'Up to this day', optional: true, example: '2027-01-20' })
  to?: string;

  @AnyOf('text', { zh: '种类代码', en: 'Keys of kinds' }, ['repair-electric'])
  kind?: string[];

  @AnyOf('uuid', { zh: '承办部门或楼栋', en: 'In whose queue' }, ['00000000-0000-7000-8000-000400000005'])
  unitId?: string[];
}

class TicketFormulaDto implements Bilingual {
  @Text({ zh: '中文', en: 'In Chinese', max: 500, example: TICKET_FORMULAS['done-in-time'].formula.zh })
  zh: string;

  @Text({ zh: '英文', en: 'In English', max: 500, example: TICKET_FORMULAS['done-in-time'].formula.en })
  en: string;
}

abstract class FigureDto {
  @Int({ zh: '分子', en: 'Numerator', min: 0, max: 2_000_000_000, example: 46 })
  numerator: number;

  @Int({ zh: '分母', en: 'Denominator', min: 0, max: 2_000_000_000, example: 50 })
  denominator: number;

  @Decimal({
    zh: '值；分母为 0 时为 null',
    en: 'Value; null with a denominator of 0',
    ...{ nullable: true, min: 0, max: 2_000_000_000, example: 0.92 },
  })
  value: number | null;
}

class KindFigureDto extends FigureDto {
  @Text({ zh: '种类代码', en: 'Key of the kind', max: 40, example: 'repair-electric' })
  kind: string;
}

class UnitFigureDto extends FigureDto {
  @Nested(() => PlaceOrUnitDto, { zh: '承办部门或楼栋', en: 'In whose queue' })
  unit: PlaceOrUnitDto;
}

/** A figure with its published formula. */
export class TicketIndicatorDto extends FigureDto {
  @OneOf(Object.fromEntries(Object.entries(TICKET_FORMULAS).map(([code, { name }]) => [code, name])), {
    zh: '指标',
    en: 'Indicator',
    example: 'done-in-time',
  })
  code: TicketFigure;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: TICKET_FORMULAS['done-in-time'].name })
  name: Bilingual;

  @Nested(() => TicketFormulaDto, { zh: '公式', en: 'Formula' })
  formula: Bilingual;

  @ListOf(() => KindFigureDto, { zh: '按种类', en: 'By kind', example: [] })
  kinds: KindFigureDto[];

  @ListOf(() => UnitFigureDto, { zh: '按承办部门', en: 'By department or building', example: [] })
  units: UnitFigureDto[];

  static of(
    code: TicketFigure,
    all: Ratio,
    kinds: (Ratio & { kind: string })[],
    units: (Ratio & { unit: PlaceOrUnitDto })[],
  ): TicketIndicatorDto {
    const { name, formula } = TICKET_FORMULAS[code];
    return Object.assign(new TicketIndicatorDto(), {
      ...{ code, name, formula, ...valued(all) },
      kinds: kinds.map((one) => Object.assign(new KindFigureDto(), one, valued(one))),
      units: units.map((one) => Object.assign(new UnitFigureDto(), one, valued(one))),
    });
  }
}

function valued({ numerator, denominator }: Ratio): FigureDto {
  return { numerator, denominator, value: denominator === 0 ? null : numerator / denominator };
}
