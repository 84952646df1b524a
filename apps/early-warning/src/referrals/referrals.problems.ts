import { defineProblem } from '#problems';

export const ReferralNotYours = defineProblem({
  code: 'early-warning/referral-not-yours',
  status: 409,
  zh: '该反映不由您办理',
  en: 'This is for others to do with the referral',
});
export const ReferralNotInState = defineProblem({
  code: 'early-warning/referral-not-in-state',
  status: 409,
  zh: '反映的当前状态不能这样办理',
  en: 'The referral is not in a state for that',
});
export const ReferralIsPraise = defineProblem({
  code: 'early-warning/referral-is-praise',
  status: 409,
  zh: '表扬无须办理',
  en: 'Praise is to be read, not handled',
});
export const ReferralNotTakeable = defineProblem({
  code: 'early-warning/referral-not-takeable',
  status: 422,
  zh: '只能并入由您办理、该学生未了结的反映（表扬除外）',
  en: 'Only referrals of this student that are yours to handle and not over, praise excepted, can be taken',
});
export const TooManyReferrals = defineProblem({
  code: 'early-warning/too-many-referrals',
  status: 409,
  zh: '今日反映已达上限 {most} 条',
  en: 'Not more than {most} referrals are taken today',
});
export const AnonymousReferralsOff = defineProblem({
  code: 'early-warning/anonymous-referrals-off',
  status: 403,
  zh: '学校未开放匿名反映；应用代为提交须说明反映人',
  en: 'The school takes no anonymous referrals: a person sends them',
});
export const ReferralKindUnknown = defineProblem({
  code: 'early-warning/referral-kind-unknown',
  status: 422,
  zh: '学校的规则中没有该种类',
  en: 'The school’s rules have no such kind',
});
