import { defineProblem } from '#problems';

/** `errors` holds each finding that stands in the way; the pre-check gives the same ones. */
export const ApplicationNotPossible = defineProblem({
  code: 'affairs/application-not-possible',
  status: 422,
  zh: '不能提交，详见 errors',
  en: 'This cannot be submitted; see errors',
});
export const ApplicationNotInState = defineProblem({
  code: 'affairs/application-not-in-state',
  status: 409,
  zh: '办件当前状态（{status}）不能进行此操作',
  en: 'The application is {status}: this cannot be done now',
});
export const ApplicationOpenAlready = defineProblem({
  code: 'affairs/application-open-already',
  status: 409,
  zh: '该事项已有草稿或正在办理的办件',
  en: 'There is a draft or an open application for this item already',
});
