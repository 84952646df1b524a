import { defineProblem } from '#problems';

export const ClientApprovalClosed = defineProblem({
  code: 'directory/client-approval-closed',
  status: 409,
  zh: '该申请已有结果或已失效，不能再这样办理；须由应用重新申请该权限',
  en: 'It was decided or has ended, so that cannot be done any more; the app must ask for the permission again',
});

export const OwnClientApproval = defineProblem({
  code: 'directory/own-client-approval',
  status: 403,
  zh: '敏感权限须由另一名管理员批准，申请人不能自行批准',
  en: 'A sensitive permission is approved by a second administrator, never by who asked for it',
});

export const ClientApprovalTooLong = defineProblem({
  code: 'directory/client-approval-too-long',
  status: 400,
  zh: '截止日期应在今天之后，且不晚于 {last}（本校政策：最长 {days} 天）',
  en: "The end must be after today and not after {last} (the school's policy: {days} days at most)",
});
