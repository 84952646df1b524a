import type { Bilingual } from '#contracts';

/** What is published of each indicator. There is no national norm for them: these are the house's definitions. */
export const FORMULAS = {
  'warnings-handled': {
    name: { zh: '处置预警数', en: 'Warnings handled' },
    formula: {
      zh: '期内发出、现已排除或关闭的预警数（告知类与已撤回的不计）',
      en: 'warnings raised in the period that are dismissed or closed now (notices and withdrawn ones do not count)',
    },
  },
  'handled-share': {
    name: { zh: '预警处置率', en: 'Share of warnings handled' },
    formula: {
      zh: '期内发出、现已排除或关闭的预警 ÷ 期内发出的全部预警（告知类与已撤回的不计）',
      en: 'warnings raised in the period that are dismissed or closed now ÷ all raised in it (notices and withdrawn ones do not count)',
    },
  },
  'students-with-plan-and-team': {
    name: { zh: '一人一策一专班学生数', en: 'Students with a plan and a team' },
    formula: {
      zh: '期内有进行中的个案，且既有帮扶目标又有专班成员（现任）的学生数，一人只计一次',
      en: 'students of whom a case ran in the period that has goals and somebody in its team now; each counts once',
    },
  },
  'hours-to-triage': {
    name: { zh: '早研判用时（中位数，小时）', en: 'Median hours from warning to triage' },
    formula: {
      zh: '期内发出且已研判的预警：首次发出至首次确认或排除的小时数的中位数',
      en: 'of warnings raised in the period and triaged: median hours from when first raised to when confirmed or dismissed',
    },
  },
  'hours-to-action': {
    name: { zh: '早处理用时（中位数，小时）', en: 'Median hours from triage to the first action' },
    formula: {
      zh: '期内发出、已并入个案的预警：研判至个案中首次谈话、走访、电话或帮扶的小时数的中位数；此前已有帮扶的计为 0',
      en: 'of warnings raised in the period that a case took: median hours from triage to the first talk, visit, call or action of the case; 0 where there was one before',
    },
  },
  'hours-to-close': {
    name: { zh: '闭环用时（中位数，小时）', en: 'Median hours from the first action to closing' },
    formula: {
      zh: '期内发出、其个案已结案的预警：首次帮扶至结案的小时数的中位数',
      en: 'of warnings raised in the period whose case is closed: median hours from the first action to the closing',
    },
  },
  precision: {
    name: { zh: '预警准确率', en: 'Precision' },
    formula: {
      zh: '期内发出的预警中，确认 ÷（确认 + 排除）；因“已知情”而排除的不计',
      en: 'of warnings raised in the period: confirmed ÷ (confirmed + dismissed); dismissed as already known does not count',
    },
  },
  'care-coverage': {
    name: { zh: '重点学生帮扶覆盖率', en: 'Coverage of care' },
    formula: {
      zh: '期内有已确认的橙色或红色预警的学生中，该预警已并入个案的 ÷ 全部',
      en: 'students with a confirmed orange or red warning raised in the period of whom a case took one ÷ all of them',
    },
  },
} as const satisfies Record<string, { name: Bilingual; formula: Bilingual }>;
export type CareIndicatorCode = keyof typeof FORMULAS;
