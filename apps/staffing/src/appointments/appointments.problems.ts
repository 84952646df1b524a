import { defineProblem } from '#problems';

export const NotActiveStaff = defineProblem({
  code: 'staffing/not-active-staff',
  status: 400,
  zh: '该人员不存在，或不是在职教职工',
  en: 'There is no such active member of staff',
});

export const UnitUnknown = defineProblem({
  code: 'staffing/unit-unknown',
  status: 400,
  zh: '该单位或场所不存在、已停用或不在您的管理范围内',
  en: 'The unit or place does not exist, is no longer active, or is outside your scope',
});

export const KindDoesNotFitUnit = defineProblem({
  code: 'staffing/kind-does-not-fit-unit',
  status: 400,
  zh: '此类任职只能对应：{allowed}',
  en: 'This kind of appointment is over: {allowed}',
});

export const AppointmentOverlaps = defineProblem({
  code: 'staffing/appointment-overlaps',
  status: 409,
  zh: '该人员在此期间已有相同的任职',
  en: 'The person already holds this appointment in that period',
});

export const AppointmentEnded = defineProblem({
  code: 'staffing/appointment-ended',
  status: 409,
  zh: '该任职已在此日期或之前结束',
  en: 'The appointment already ends on or before that date',
});

export const EndBeforeBegin = defineProblem({
  code: 'staffing/end-before-begin',
  status: 400,
  zh: '结束日期不能早于开始日期',
  en: 'The end must not be before the beginning',
});

export const OwnAppointment = defineProblem({
  code: 'staffing/own-appointment',
  status: 409,
  zh: '不能任免本人，请由他人办理',
  en: 'Nobody appoints or relieves themselves; let somebody else do it',
});
