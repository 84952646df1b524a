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
export const WarningNoNotice = defineProblem({
  code: 'early-warning/warning-no-notice',
  status: 409,
  zh: '只有告知类预警可以不再提示',
  en: 'Only notices are muted',
});
export const WarningMuted = defineProblem({
  code: 'early-warning/warning-muted',
  status: 409,
  zh: '该告知已不再提示',
  en: 'The notice is muted already',
});
export const WarningNotMuted = defineProblem({
  code: 'early-warning/warning-not-muted',
  status: 409,
  zh: '该告知仍在提示',
  en: 'The notice is not muted',
});
export const WarningNotYours = defineProblem({
  code: 'early-warning/warning-not-yours',
  status: 409,
  zh: '该预警不由您研判',
  en: 'This warning is for others to triage',
});
export const WarningNotTakeable = defineProblem({
  code: 'early-warning/warning-not-takeable',
  status: 422,
  zh: '只能并入该学生待研判、告知或已确认、未并入其他个案的预警',
  en: 'Only open or confirmed warnings and notices of this student that no other case took can be taken',
});
