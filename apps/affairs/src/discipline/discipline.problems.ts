import { defineProblem } from '#problems';

export const SanctionNotInState = defineProblem({
  code: 'affairs/sanction-not-in-state',
  status: 409,
  zh: '处分的当前状态不能这样办理',
  en: 'The sanction is not in a state for that',
});
export const SanctionNotKept = defineProblem({
  code: 'affairs/sanction-not-kept',
  status: 409,
  zh: '只有学校学生工作部门可以办理',
  en: 'That is for the student affairs office of the school',
});
export const SanctionNotOwn = defineProblem({
  code: 'affairs/sanction-not-own',
  status: 409,
  zh: '只有受处分的学生本人可以办理',
  en: 'That is for the student concerned',
});
export const SanctionTermWrong = defineProblem({
  code: 'affairs/sanction-term-wrong',
  status: 422,
  zh: '处分期限须为 {least} 至 {most} 个月；开除学籍没有期限',
  en: 'A sanction lasts {least} to {most} months; expulsion has no term',
});
export const SanctionDateWrong = defineProblem({
  code: 'affairs/sanction-date-wrong',
  status: 422,
  zh: '日期不能晚于今天，送达不能早于决定',
  en: 'A date must not be later than today, nor delivery before the decision',
});
export const AppealTooLate = defineProblem({
  code: 'affairs/sanction-appeal-too-late',
  status: 409,
  zh: '申诉期限为 {until}（含），已过',
  en: 'The appeal had to be made by {until}',
});
export const AlreadyAppealed = defineProblem({
  code: 'affairs/sanction-already-appealed',
  status: 409,
  zh: '对该处分已提出申诉',
  en: 'There is an appeal against this sanction already',
});
export const AppealNotWaiting = defineProblem({
  code: 'affairs/sanction-appeal-not-waiting',
  status: 409,
  zh: '申诉已有结论或已撤回',
  en: 'The appeal is decided, or was withdrawn',
});
export const AppealExtended = defineProblem({
  code: 'affairs/sanction-appeal-extended',
  status: 409,
  zh: '期限只能延长一次，且须在到期之前',
  en: 'The time can be extended once, before it has passed',
});
export const AppealOfOwnDecision = defineProblem({
  code: 'affairs/sanction-appeal-of-own-decision',
  status: 409,
  zh: '登记处分的人不能决定对它的申诉',
  en: 'Whoever recorded the sanction does not decide on the appeal against it',
});
export const AppealNotDecided = defineProblem({
  code: 'affairs/sanction-appeal-not-decided',
  status: 409,
  zh: '该申诉没有复查结论',
  en: 'Nothing was decided on this appeal',
});
export const AppealMemberNeeded = defineProblem({
  code: 'affairs/sanction-appeal-member-needed',
  status: 409,
  zh: '复查结论须由申诉处理委员会的人作出，应用不能代替',
  en: 'It is for people of the committee to decide, which an app by itself cannot',
});
export const AppealOpinionGiven = defineProblem({
  code: 'affairs/sanction-appeal-opinion-given',
  status: 409,
  zh: '已表态；可先收回再重新表态',
  en: 'You have said what you think; take it back to say something else',
});
export const AppealOpinionMissing = defineProblem({
  code: 'affairs/sanction-appeal-opinion-missing',
  status: 409,
  zh: '尚未表态',
  en: 'You have not said what you think',
});
export const AppealAggravates = defineProblem({
  code: 'affairs/sanction-appeal-aggravates',
  status: 422,
  zh: '变更须减轻处分：更轻的种类，或更短的期限',
  en: 'A change makes the sanction milder: a milder kind, or a shorter term',
});
