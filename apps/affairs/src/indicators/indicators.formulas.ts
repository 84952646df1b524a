import type { Bilingual } from '#contracts';

/** A share, or with the denominator null a count. */
export interface Ratio {
  numerator: number;
  denominator: number | null;
}

/** What is published of each indicator. There is no national norm for them: these are the house's definitions. */
export const FORMULAS = {
  'first-time-completion': {
    name: { zh: '一次办结率', en: 'First-time completion rate' },
    formula: {
      zh: '期内办结或不予办理、且从未被退回补正的办件 ÷ 期内办结或不予办理的全部办件（撤回的不计）',
      en: 'applications done or refused in the period that were never returned for correction ÷ all applications done or refused in it (withdrawn ones do not count)',
    },
  },
  'in-time': {
    name: { zh: '按时办结率', en: 'Share decided in time' },
    formula: {
      zh: '期内办结或不予办理、且不晚于承诺时限的办件 ÷ 期内办结或不予办理、有承诺时限的全部办件；时限自最近一次提交起算',
      en: 'applications done or refused in the period no later than promised ÷ all of them for which something was promised; the time counts from the last submission',
    },
  },
  'online-items': {
    name: { zh: '事项线上率', en: 'Share of items online' },
    formula: {
      zh: '可线上办理的在办事项 ÷ 全部在办事项（含仅窗口办理的）；与期间和单位无关',
      en: 'items on offer that can be applied for online ÷ all items on offer, those at the counter only included; whatever the period and the units',
    },
  },
  'online-volume': {
    name: { zh: '办件线上率', en: 'Share of applications made online' },
    formula: {
      zh: '期内线上提交的办件 ÷ 期内提交的全部办件',
      en: 'applications submitted in the period that were made online ÷ all applications submitted in it',
    },
  },
  'service-count': {
    name: { zh: '服务人次', en: 'Person-times served' },
    formula: {
      zh: '期内提交的办件数，一人一件计一人次',
      en: 'applications submitted in the period: each counts its student once',
    },
  },
} as const satisfies Record<string, { name: Bilingual; formula: Bilingual }>;
export type IndicatorCode = keyof typeof FORMULAS;
