import { defineProblem } from '#problems';

/** `errors` holds each finding that stands in the way; the pre-check gives the same ones. */
export const LeaveNotPossible = defineProblem({
  code: 'affairs/leave-not-possible',
  status: 422,
  zh: '不符合请假规定，详见 errors',
  en: 'The rules do not allow this leave; see errors',
});
export const LeaveNotInState = defineProblem({
  code: 'affairs/leave-not-in-state',
  status: 409,
  zh: '请假当前状态（{status}）不能进行此操作',
  en: 'The leave is {status}: this cannot be done now',
});
export const LeaveAlreadyBegun = defineProblem({
  code: 'affairs/leave-already-begun',
  status: 409,
  zh: '请假已经开始，请办理销假',
  en: 'The leave has begun: report the return instead',
});
export const LeaveNotBegun = defineProblem({
  code: 'affairs/leave-not-begun',
  status: 409,
  zh: '请假尚未开始，请撤销',
  en: 'The leave has not begun: cancel it instead',
});
export const LeaveExpired = defineProblem({
  code: 'affairs/leave-expired',
  status: 409,
  zh: '请假已到期，不能续假',
  en: 'The leave has ended and cannot be extended',
});
export const NotYourStep = defineProblem({
  code: 'affairs/not-your-step',
  status: 403,
  zh: '当前环节不由您审批',
  en: 'The current step is not yours to decide',
});
export const OwnLeave = defineProblem({
  code: 'affairs/own-leave',
  status: 403,
  zh: '不能审批本人的请假',
  en: 'Nobody decides their own leave',
});
export const DecisionNeedsPerson = defineProblem({
  code: 'affairs/decision-needs-person',
  status: 403,
  zh: '审批须由本人登录办理',
  en: 'A decision is made by a person, not by an app alone',
});
