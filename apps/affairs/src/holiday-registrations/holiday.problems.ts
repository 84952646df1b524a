import { defineProblem } from '#problems';

export const HolidayCampaignNotInState = defineProblem({
  code: 'affairs/holiday-campaign-not-in-state',
  status: 409,
  zh: '登记活动的当前状态不能这样办理',
  en: 'The campaign is not in a state for that',
});
export const HolidayCampaignFixed = defineProblem({
  code: 'affairs/holiday-campaign-fixed',
  status: 409,
  zh: '已开放：只能改名称与登记截止日',
  en: 'The campaign is open: only its title and the last day of registration can be changed',
});
export const HolidayCampaignNotOpen = defineProblem({
  code: 'affairs/holiday-campaign-not-open',
  status: 409,
  zh: '登记活动未开放或已结束',
  en: 'The campaign is not open',
});
export const OutsideRegistration = defineProblem({
  code: 'affairs/holiday-registration-outside-window',
  status: 409,
  zh: '登记时间为 {from} 至 {to}；过后请联系辅导员',
  en: 'Registration is from {from} to {to}; later the counselor does it',
});
export const AlreadyRegistered = defineProblem({
  code: 'affairs/holiday-registration-exists',
  status: 409,
  zh: '已登记，请修改原登记',
  en: 'The student has registered: change that registration',
});
export const RegistrationNotInState = defineProblem({
  code: 'affairs/holiday-registration-not-in-state',
  status: 409,
  zh: '登记的当前状态不能这样办理',
  en: 'The registration is not in a state for that',
});
export const RegistrationNotOwn = defineProblem({
  code: 'affairs/holiday-registration-not-own',
  status: 409,
  zh: '只有本人或其辅导员可以办理',
  en: 'That is for the student, or the counselor',
});
export const RegistrationNotKept = defineProblem({
  code: 'affairs/holiday-registration-not-kept',
  status: 409,
  zh: '只有对该学生负责的辅导员可以办理',
  en: 'That is for the counselor who answers for the student',
});
export const HolidayNotBegun = defineProblem({
  code: 'affairs/holiday-not-begun',
  status: 409,
  zh: '登记的离校时间未到',
  en: 'The registered absence has not begun',
});
