import type { Bilingual } from '#contracts';

/** What stands for a student and a night. `clear`: an earlier one was corrected away. Who was in has none. */
export const FINDINGS = {
  late: { zh: '晚归', en: 'in after curfew' },
  not_returned: { zh: '未归', en: 'not in that night' },
  excused: { zh: '已豁免', en: 'excused' },
  suppressed: { zh: '门禁故障，不作认定', en: 'not judged: a gate was out' },
  unknown: { zh: '无数据', en: 'no data' },
  clear: { zh: '已更正', en: 'corrected away' },
} as const satisfies Record<string, Bilingual>;
export type Finding = keyof typeof FINDINGS;

/** What the passes alone say. */
export const OBSERVED = {
  late: FINDINGS.late,
  not_returned: FINDINGS.not_returned,
  unknown: FINDINGS.unknown,
} as const;
export type Observed = keyof typeof OBSERVED;

export const EXCUSES = {
  leave: { zh: '请假', en: 'leave' },
  holiday_registration: { zh: '节假日去向登记', en: 'registered as away over a holiday' },
  late_pass: { zh: '晚归报备', en: 'late pass' },
  holiday: { zh: '豁免的晚上', en: 'exempt evening' },
} as const satisfies Record<string, Bilingual>;
export type Excuse = keyof typeof EXCUSES;
