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
export const LeaveReturnProofMissing = defineProblem({
  code: 'affairs/leave-return-proof-missing',
  status: 422,
  zh: '本人销假须附证明，如返程车票',
  en: 'Reporting the return asks for evidence, such as a ticket',
});
