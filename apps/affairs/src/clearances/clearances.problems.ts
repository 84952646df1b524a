import { defineProblem } from '#problems';

export const ClearanceListNotInState = defineProblem({
  code: 'affairs/clearance-list-not-in-state',
  status: 409,
  zh: '清单的当前状态不能这样办理',
  en: 'The list is not in a state for that',
});
export const ClearanceListWrong = defineProblem({
  code: 'affairs/clearance-list-wrong',
  status: 422,
  zh: '清单有误，详见 errors',
  en: 'The list is wrong; see errors',
});
export const ClearanceListNotOpen = defineProblem({
  code: 'affairs/clearance-list-not-open',
  status: 409,
  zh: '清单未开放或已结束',
  en: 'The list is not open',
});
export const SignOffNotInState = defineProblem({
  code: 'affairs/clearance-not-in-state',
  status: 409,
  zh: '该事项的当前状态不能这样办理',
  en: 'The entry is not in a state for that',
});
export const SignOffNotOwn = defineProblem({
  code: 'affairs/clearance-not-own',
  status: 409,
  zh: '只有学生本人可以办理',
  en: 'That is for the student whose clearance it is',
});
export const SignOffNotKept = defineProblem({
  code: 'affairs/clearance-not-kept',
  status: 409,
  zh: '只有负责该事项的部门可以办理',
  en: 'That is for the department that clears the entry',
});
export const DeferralNotKept = defineProblem({
  code: 'affairs/clearance-deferral-not-kept',
  status: 409,
  zh: '缓办由学生工作部门办理',
  en: 'Deferrals are for the student affairs office',
});
export const EvidenceMissing = defineProblem({
  code: 'affairs/clearance-evidence-missing',
  status: 409,
  zh: '学生尚未提交所需材料',
  en: 'The student has not handed in what is asked for',
});
export const EvidenceWrong = defineProblem({
  code: 'affairs/clearance-evidence-wrong',
  status: 422,
  zh: '该事项要求的材料：{evidence}',
  en: 'What the entry asks for: {evidence}',
});
export const OthersFirst = defineProblem({
  code: 'affairs/clearance-others-first',
  status: 409,
  zh: '须先办结：{entries}',
  en: 'To be cleared first: {entries}',
});
export const NotDeferrable = defineProblem({
  code: 'affairs/clearance-not-deferrable',
  status: 409,
  zh: '该事项不能缓办',
  en: 'The entry cannot be deferred',
});
export const DeferralDateWrong = defineProblem({
  code: 'affairs/clearance-deferral-date-wrong',
  status: 422,
  zh: '缓办须至今天之后的日期',
  en: 'A deferral ends after today',
});
export const OutsideWindow = defineProblem({
  code: 'affairs/clearance-outside-window',
  status: 409,
  zh: '办理时间为 {from} 至 {to}',
  en: 'It can be done from {from} to {to}',
});
export const SignOffNotAutomatic = defineProblem({
  code: 'affairs/clearance-not-automatic',
  status: 409,
  zh: '该事项不由系统反馈',
  en: 'No system answers the entry',
});
