import { defineProblem } from '#problems';

export const ChannelIncomplete = defineProblem({
  code: 'integration/channel-incomplete',
  status: 422,
  zh: '渠道设置不完整，不能启用',
  en: 'The channel cannot be enabled: its settings are not complete',
});
export const AddressTaken = defineProblem({
  code: 'integration/address-taken',
  status: 409,
  zh: '该标识已属于另一人',
  en: 'The address belongs to another person',
});
export const IdentitySheetRefused = defineProblem({
  code: 'integration/identity-sheet-refused',
  status: 422,
  zh: '表格有误，未写入任何内容，逐行见 errors；带「错误」列的原表见 …/identity-sheet/check',
  en: 'The sheet is not in order and nothing was written; see errors by row, and …/identity-sheet/check for the sheet with its errors',
});
export const EmailCodeTooSoon = defineProblem({
  code: 'integration/email-code-too-soon',
  status: 409,
  zh: '刚刚发送过验证码，请一分钟后再试',
  en: 'A code was sent a moment ago: try again in a minute',
});
export const EmailCodeRefused = defineProblem({
  code: 'integration/email-code-refused',
  status: 422,
  zh: '验证码不正确或已失效',
  en: 'The code is wrong, or no longer good',
});
export const EmailNotSent = defineProblem({
  code: 'integration/email-not-sent',
  status: 422,
  zh: '验证邮件未能发出',
  en: 'The mail with the code could not be sent',
});
export const PersonNeeded = defineProblem({
  code: 'integration/person-needed',
  status: 403,
  zh: '须由本人操作，应用不能代为',
  en: 'A person does this, not an app alone',
});
export const TemplateRefused = defineProblem({
  code: 'integration/template-refused',
  status: 422,
  zh: '模板不可用',
  en: 'The template cannot be used',
});
export const TemplateSecondPersonNeeded = defineProblem({
  code: 'integration/template-second-person-needed',
  status: 409,
  zh: '须由起草与修改者之外的人发布',
  en: 'Somebody else must publish it than who wrote it',
});
export const TemplatePublished = defineProblem({
  code: 'integration/template-published',
  status: 409,
  zh: '已发布的模板不能修改，请另起草稿',
  en: 'A published template does not change: write a draft',
});
export const DeliveryNotRetryable = defineProblem({
  code: 'integration/delivery-not-retryable',
  status: 409,
  zh: '只有未送达或未发送的可以重新发送',
  en: 'Only what failed, or was not sent, can be sent again',
});
export const UnreachedNotAllowed = defineProblem({
  code: 'integration/unreached-not-allowed',
  status: 409,
  zh: '当前状态下不能这样处理',
  en: 'That cannot be done as it stands',
});
