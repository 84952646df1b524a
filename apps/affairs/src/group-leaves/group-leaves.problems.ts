import { defineProblem } from '#problems';

export const GroupLeaveNotInState = defineProblem({
  code: 'affairs/group-leave-not-in-state',
  status: 409,
  zh: '集体请假的当前状态不能这样办理',
  en: 'The group leave is not in a state for that',
});
export const GroupLeaveBegun = defineProblem({
  code: 'affairs/group-leave-begun',
  status: 409,
  zh: '集体请假已经开始，请提前结束或办理销假',
  en: 'The group leave has begun: end it early, or report the return',
});
export const GroupLeaveNotBegun = defineProblem({
  code: 'affairs/group-leave-not-begun',
  status: 409,
  zh: '集体请假尚未开始，请撤销',
  en: 'The group leave has not begun: cancel it instead',
});
export const GroupLeaveNotYours = defineProblem({
  code: 'affairs/group-leave-not-yours',
  status: 403,
  zh: '该集体请假不由您办理',
  en: 'This group leave is not yours to deal with',
});
export const NotInGroup = defineProblem({
  code: 'affairs/group-leave-not-in-group',
  status: 409,
  zh: '您不在该集体请假的名单中',
  en: 'You are not on the list of this group leave',
});
