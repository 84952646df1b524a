import { defineProblem } from '#problems';

export const DisputeNotYours = defineProblem({
  code: 'early-warning/dispute-not-yours',
  status: 409,
  zh: '该异议不由您办理',
  en: 'This is for others to do with the dispute',
});
export const DisputeNeedsAnother = defineProblem({
  code: 'early-warning/dispute-needs-another',
  status: 409,
  zh: '须由未记录该数据、未研判该预警、也未作过前次决定的人员复核',
  en: 'A person decides who neither recorded the data nor triaged the warning nor decided it before',
});
export const DisputeNotInState = defineProblem({
  code: 'early-warning/dispute-not-in-state',
  status: 409,
  zh: '异议的当前状态不能这样办理',
  en: 'The dispute is not in a state for that',
});
export const DisputeOpen = defineProblem({
  code: 'early-warning/dispute-open',
  status: 409,
  zh: '对此已有待复核的异议',
  en: 'There is an open dispute over it already',
});
export const DisputeDecided = defineProblem({
  code: 'early-warning/dispute-decided',
  status: 409,
  zh: '对此的异议已有结论；如不同意，可在该异议中申请再看一次',
  en: 'A dispute over it was decided; a second look can be asked for there',
});
export const SecondLookUsed = defineProblem({
  code: 'early-warning/second-look-used',
  status: 409,
  zh: '已由他人再看过一次；仍不同意的，可向学校申诉受理部门提出',
  en: 'Somebody else has looked once more; further appeals go to the school’s office for appeals',
});
export const AskAgainTooLate = defineProblem({
  code: 'early-warning/ask-again-too-late',
  status: 409,
  zh: '已过申请再看一次的期限',
  en: 'It is too late to ask for a second look',
});
export const DisputeTooLate = defineProblem({
  code: 'early-warning/dispute-too-late',
  status: 409,
  zh: '已过提出异议的期限',
  en: 'It is too late to dispute this',
});
export const TooManyDisputes = defineProblem({
  code: 'early-warning/too-many-disputes',
  status: 409,
  zh: '待复核的异议已达上限 {most} 项',
  en: 'Not more than {most} disputes can be open',
});
export const ObservationsFiledAway = defineProblem({
  code: 'early-warning/observations-filed-away',
  status: 409,
  zh: '该月的原始数据已归档，不能再更正',
  en: 'The data of that month was filed away and can be corrected no more',
});
export const NotWhatItRestsOn = defineProblem({
  code: 'early-warning/not-what-it-rests-on',
  status: 422,
  zh: '不是该异议所涉的记录',
  en: 'It is not among the records that the dispute is about',
});
