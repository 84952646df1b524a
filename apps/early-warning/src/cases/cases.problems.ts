import { defineProblem } from '#problems';

export const CaseNeedsPerson = defineProblem({
  code: 'early-warning/case-needs-person',
  status: 403,
  zh: '帮扶个案须由本人登录办理',
  en: 'Care cases are worked on by persons, not by an app alone',
});
export const CaseAlreadyOpen = defineProblem({
  code: 'early-warning/case-already-open',
  status: 409,
  zh: '该学生已有进行中的帮扶个案',
  en: 'A care case of this student is open already',
});
export const CaseClosed = defineProblem({
  code: 'early-warning/case-closed',
  status: 409,
  zh: '个案已结案',
  en: 'The case is closed',
});
export const CaseNotClosed = defineProblem({
  code: 'early-warning/case-not-closed',
  status: 409,
  zh: '个案尚未结案',
  en: 'The case is not closed',
});
export const CaseNotYours = defineProblem({
  code: 'early-warning/case-not-yours',
  status: 409,
  zh: '该个案不由您办理',
  en: 'This is for others to do with the case',
});
export const CaseWithoutLevel = defineProblem({
  code: 'early-warning/case-without-level',
  status: 409,
  zh: '个案尚未定级',
  en: 'The case has no level yet',
});
export const CodeUnknown = defineProblem({
  code: 'early-warning/code-unknown',
  status: 422,
  zh: '学校的规则中没有该代码',
  en: 'The school’s rules have no such code',
});
export const DecisionWaiting = defineProblem({
  code: 'early-warning/decision-waiting',
  status: 409,
  zh: '已有待确认的提议',
  en: 'A proposal of this kind waits already',
});
export const DecisionNotWaiting = defineProblem({
  code: 'early-warning/decision-not-waiting',
  status: 409,
  zh: '没有待确认的提议',
  en: 'No proposal waits to be confirmed',
});
export const DecisionOfOwn = defineProblem({
  code: 'early-warning/decision-of-own',
  status: 409,
  zh: '提议人不能确认自己的提议，本人的事项亦不能自行决定',
  en: 'Nobody decides on their own proposal, nor about themselves',
});
export const MemberAlready = defineProblem({
  code: 'early-warning/member-already',
  status: 409,
  zh: '此人已在专班中',
  en: 'This person is in the team already',
});
export const LeadAlready = defineProblem({
  code: 'early-warning/lead-already',
  status: 409,
  zh: '专班已有负责人',
  en: 'The team has a lead already',
});
export const ApplicationUnknown = defineProblem({
  code: 'early-warning/application-unknown',
  status: 422,
  zh: '该学生没有此申请，或您无权查看',
  en: 'The student has no such application, or you may not see it',
});
export const PersonNotFit = defineProblem({
  code: 'early-warning/person-not-fit',
  status: 422,
  zh: '须为在任且可参与帮扶的教职工，且不是学生本人',
  en: 'This must be a member of staff whose post lets them take part, and not the student',
});
export const PostNotClear = defineProblem({
  code: 'early-warning/post-not-clear',
  status: 422,
  zh: '对该学生担任此职的不是恰好一人，请直接指定人员',
  en: 'Not exactly one person holds this post over the student: name the person',
});
export const DateWrong = defineProblem({
  code: 'early-warning/case-date-wrong',
  status: 422,
  zh: '日期应在立案之日与今天之间；期限不能早于今天',
  en: 'What happened lies between the opening and today; what is due is not before today',
});
export const TransferWaiting = defineProblem({
  code: 'early-warning/transfer-waiting',
  status: 409,
  zh: '个案正在转接，等待对方答复',
  en: 'The case is being transferred and awaits an answer',
});
export const TransferNotWaiting = defineProblem({
  code: 'early-warning/transfer-not-waiting',
  status: 409,
  zh: '没有等待答复的转接',
  en: 'No transfer awaits an answer',
});
export const MeasureNotInState = defineProblem({
  code: 'early-warning/measure-not-in-state',
  status: 409,
  zh: '措施的当前状态不能这样办理',
  en: 'The measure is not in a state for that',
});
export const ReadersWrong = defineProblem({
  code: 'early-warning/readers-wrong',
  status: 422,
  zh: '仅限指定人员的记录须指定读者，其他记录不能指定；复核对专班公开',
  en: 'Entries for named persons name their readers, and no others do; reviews are for the team',
});
export const SupervisionEnded = defineProblem({
  code: 'early-warning/supervision-ended',
  status: 409,
  zh: '督办已结束',
  en: 'The supervision has ended',
});
