import { defineProblem } from '#problems';

export const AbsenceOver = defineProblem({
  code: 'affairs/absence-over',
  status: 409,
  zh: '该离岗已结束',
  en: 'The absence is over',
});
export const AbsenceOverlaps = defineProblem({
  code: 'affairs/absence-overlaps',
  status: 409,
  zh: '此人在这段时间已有离岗登记',
  en: 'An absence of this person in that time is on record already',
});
export const AbsencePeriodWrong = defineProblem({
  code: 'affairs/absence-period-wrong',
  status: 422,
  zh: '首日不能早于今天，末日不能早于首日，最长 {days} 天',
  en: 'The first day must not be before today, nor the last before the first; at most {days} days',
});
export const StandsInForSelf = defineProblem({
  code: 'affairs/stands-in-for-self',
  status: 422,
  zh: '代办人不能是本人',
  en: 'Somebody else must stand in',
});
export const StandInAbsent = defineProblem({
  code: 'affairs/stand-in-absent',
  status: 409,
  zh: '代办人在这段时间也离岗',
  en: 'Whoever is to stand in is absent in that time too',
});
