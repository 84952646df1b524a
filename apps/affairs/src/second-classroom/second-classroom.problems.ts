import { defineProblem } from '#problems';

export const ClaimNotInState = defineProblem({
  code: 'affairs/claim-not-in-state',
  status: 409,
  zh: '申报的当前状态不能这样办理',
  en: 'The claim is not in a state for that',
});
export const ClaimNotOwn = defineProblem({
  code: 'affairs/claim-not-own',
  status: 409,
  zh: '只有申报的学生本人可以办理',
  en: 'That is for the student whose claim it is',
});
export const ClaimNotYours = defineProblem({
  code: 'affairs/claim-not-yours-to-decide',
  status: 409,
  zh: '该步骤由学院审核人员或负责部门办理',
  en: 'That step is for reviewers of the college, or the department in charge',
});
export const NoticeNotOver = defineProblem({
  code: 'affairs/claim-notice-not-over',
  status: 409,
  zh: '公示尚未结束',
  en: 'The public notice is not over',
});
export const TwoPeopleNeeded = defineProblem({
  code: 'affairs/claim-two-people-needed',
  status: 409,
  zh: '审核与确认须由两人分别办理',
  en: 'Review and confirmation are two people’s',
});
export const CreditsAboveClaimed = defineProblem({
  code: 'affairs/claim-credits-above-claimed',
  status: 422,
  zh: '核给学分不能多于申报学分',
  en: 'No more credits can be granted than were claimed',
});
export const WorksOfTwoActivities = defineProblem({
  code: 'affairs/works-of-two-activities',
  status: 422,
  zh: '两者已分别归入两个不同的活动，不能认作同一作品或事迹',
  en: 'Each is of the same work as another activity already: they cannot be the same work',
});
export const HappensLater = defineProblem({
  code: 'affairs/claim-of-the-future',
  status: 422,
  zh: '不能申报尚未发生的事项',
  en: 'What has not happened yet cannot be claimed',
});
