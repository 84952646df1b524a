import { defineProblem } from '#problems';

export const WarningNotOpen = defineProblem({
  code: 'early-warning/warning-not-open',
  status: 409,
  zh: '该预警已不是待研判状态',
  en: 'The warning is no longer open',
});
export const WarningNotConfirmed = defineProblem({
  code: 'early-warning/warning-not-confirmed',
  status: 409,
  zh: '只有已确认的预警可以关闭',
  en: 'Only a confirmed warning can be closed',
});
export const WarningNotTakeable = defineProblem({
  code: 'early-warning/warning-not-takeable',
  status: 422,
  zh: '只能并入该学生待研判或已确认、未并入其他个案的预警',
  en: 'Only open or confirmed warnings of this student that no other case took can be taken',
});
