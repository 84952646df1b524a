import { defineProblem } from '#problems';

export const OneHolder = defineProblem({
  code: 'affairs/honour-one-holder',
  status: 422,
  zh: '荣誉属于一个单位或一名学生：二者填一',
  en: 'An honour is a unit’s or a student’s: one of the two',
});
export const HonourExists = defineProblem({
  code: 'affairs/honour-exists',
  status: 409,
  zh: '同一荣誉已登记',
  en: 'The same honour is recorded already',
});
export const HonourInFuture = defineProblem({
  code: 'affairs/honour-in-future',
  status: 422,
  zh: '年份尚未到来',
  en: 'The year has not come yet',
});
export const HonourNotInState = defineProblem({
  code: 'affairs/honour-not-in-state',
  status: 409,
  zh: '荣誉的当前状态不能这样办理',
  en: 'The honour is not in a state for that',
});
export const HonourNotYours = defineProblem({
  code: 'affairs/honour-not-yours',
  status: 409,
  zh: '由负责该单位或学生的人员办理',
  en: 'That is for whoever answers for the unit or the student',
});
export const VerifiedByAnother = defineProblem({
  code: 'affairs/honour-verified-by-another',
  status: 409,
  zh: '登记人不能自行核实',
  en: 'Whoever recorded it cannot verify it',
});
